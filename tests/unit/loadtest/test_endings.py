import pytest

from telemetry_loadtest.endings import Ending, LastWords, parse_last_words


@pytest.mark.parametrize("ending", Ending)
def test_last_words_are_read_as_they_were_said(ending: Ending) -> None:
    words = LastWords(ending, "worker 1: its process: gone")
    assert parse_last_words(f"{words}\n") == words


@pytest.mark.parametrize("text", ["Traceback (most recent call last): ...", "Lost: its way", "", "Broken"])
def test_what_something_broke_with_is_told_as_it_is(text: str) -> None:
    assert parse_last_words(text) == (Ending.BROKEN, text or "it said nothing")

import pytest

from telemetry_operator.reconcile.reporting.last_words import LONGEST, last_words

SAID = {
    "": "",
    "\n \n": "",
    "Traceback (most recent call last):\n  File x\nValueError: no\n": "ValueError: no",
    '{"event": "not-prepared", "level": "error", "timestamp": "2026-11-22T18:44:23Z", "error": "no route"}':
        "not-prepared error=no route",
    '{"event": "died", "exception": [{"exc_type": "OSError"}]}': "died",
    '{"no": "record"}': '{"no": "record"}',
    "2026-11-22 18:44:23.120 UTC [1] FATAL:  could not write lock file": "FATAL:  could not write lock file",
    "[2026-11-22 18:44:23,120] ERROR Exiting Kafka (kafka.Kafka$)": "ERROR Exiting Kafka (kafka.Kafka$)",
    "1:M 22 Nov 2026 18:44:23.120 # Can't open the log file": "# Can't open the log file",
    "no\x00 text {": "no\x00 text {",
}  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_the_last_line_is_told_without_its_time(text: str) -> None:
    assert last_words(text) == SAID[text]


def test_a_long_line_is_cut() -> None:
    assert len(last_words("x" * 2000)) == LONGEST

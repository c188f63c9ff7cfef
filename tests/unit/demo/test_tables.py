import io

from rich.console import Console

from telemetry_contract.api import Latest, LatestValue
from telemetry_operator.demo.freshness import Freshness
from telemetry_operator.demo.tables import live_table, plain_line
from telemetry_operator.demo.watch import Snapshot

TIME = "2026-01-31T12:00:00.000000Z"
NEWEST = (
    Latest("host-a", {"cpu_percent": LatestValue(12.5, TIME)}),
    Latest("sim-0001", {"temperature": LatestValue(21.4, TIME), "motion": LatestValue(True, TIME)}),
)


def snapshot(stored: int | None = 90) -> Snapshot:
    return Snapshot(
        seconds=12,
        offered=110,
        accepted=100,
        waiting=5,
        not_accepted=5,
        stored=stored,
        visible=stored,
        freshness=Freshness(0.4, 0.9),
        newest=NEWEST,
    )


def drawn(of: Snapshot) -> str:
    output = io.StringIO()
    Console(file=output, width=120).print(live_table(of, "host-a", "Ctrl-C ends it."))
    return output.getvalue()


def test_a_line_says_what_is_accepted_stored_and_visible() -> None:
    expected = "accepted 100  stored 90  visible 90  lag 10  waiting 5  refused 5  fresh 0.40 s, p99 0.90 s"
    assert plain_line(snapshot()).split("s  ", 1)[1] == expected


def test_a_platform_that_does_not_answer_is_a_question_mark() -> None:
    assert "stored ?  visible ?  lag ?" in plain_line(snapshot(stored=None))


def test_the_table_shows_this_machine_and_the_fleet() -> None:
    table = drawn(snapshot())
    assert "12.5" in table
    assert "21.4" in table
    assert "yes" in table

from telemetry_operator.cluster.errors import UnavailableError
from telemetry_operator.reconcile.reasons import Reason
from telemetry_operator.reconcile.reporting.notices import Happening, Notice
from telemetry_operator.reconcile.reporting.recorder import LONGEST_NOTE, MOST, Recorder, build_event
from telemetry_operator.resources.objects import Object
from tests.unit.reconcile.visits import NOW, after, platform_of

GOOD = Notice(Happening.AVAILABLE, "a reading was written and read back")
BAD = Notice(Reason.CRASH_LOOPING, "producer: exit code 1", is_warning=True)


class Written:
    """Stands in for the API server: keeps what is created, or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.events: list[Object] = []
        self.away = away

    async def create(self, built: Object) -> Object:
        if self.away:
            raise UnavailableError("no answer")
        self.events.append(built)
        return built


async def test_an_event_says_what_happened_to_whom() -> None:
    cluster = Written()
    await Recorder(cluster, instance="operator-1").record(platform_of(), [BAD], NOW)
    [event] = cluster.events
    assert (event["type"], event["reason"], event["note"]) == ("Warning", "CrashLooping", "producer: exit code 1")
    assert event["regarding"] == {
        "apiVersion": "telemetry.dev/v1alpha1",
        "kind": "TelemetryPlatform",
        "name": "demo",
        "namespace": "farm",
        "uid": "u1",
    }
    assert (event["reportingController"], event["reportingInstance"]) == (
        "telemetry.dev/telemetry-operator",
        "operator-1",
    )


async def test_the_same_is_said_once_in_a_while() -> None:
    cluster = Written()
    recorder = Recorder(cluster, instance="")
    for seconds in (0, 1, 599, 601):
        await recorder.record(platform_of(), [GOOD], after(seconds))
    assert len(cluster.events) == 2


async def test_there_is_no_storm_of_events() -> None:
    cluster = Written()
    notices = [Notice(Happening.DRIFT_REPAIRED, f"object {number}") for number in range(10 * MOST)]
    await Recorder(cluster, instance="").record(platform_of(), notices, NOW)
    assert len(cluster.events) == MOST


async def test_an_event_that_cannot_be_written_does_no_harm() -> None:
    await Recorder(Written(away=True), instance="").record(platform_of(), [GOOD], NOW)


def test_events_of_one_platform_have_names_of_their_own_and_notes_that_fit() -> None:
    long = Notice(Happening.AVAILABLE, "x" * 5000)
    one, other = (build_event(platform_of(), long, "", at) for at in (1, 2))
    assert one["metadata"]["name"] != other["metadata"]["name"]
    assert len(one["note"]) == LONGEST_NOTE

"""Tables of what stood beside the load: the platform's own counts, and every figure of its processes and servers."""

from collections.abc import Iterator

from telemetry_loadtest.report.tables import Table
from telemetry_loadtest.report.words import NOTHING, number
from telemetry_loadtest.results import Agreement, Arrived, Result, Series

_MEASURES = {"requests": "writes answered", "under-way": "writes under way, in the mean"}
_VERDICTS = {True: "agrees", False: "does not agree", None: "unavailable"}


def system_tables(result: Result) -> Iterator[Table]:
    if result.agreements:
        note = (
            "Behind the warm-up, by the producer's metrics. Under way: time spent on requests in each second (Little's "
            "law). No verdict follows: where they do not agree, neither is to be believed before it is known why."
        )
        rows = [_agreement(one) for one in result.agreements]
        columns = ["", "generator", "platform", "may differ by", ""]
        yield Table("The platform's own counts", columns, rows, note, range(1, 4))
    if result.arrived:
        rows = [_arrival(one) for one in result.arrived]
        columns = [
            "component",
            "pod",
            "made at",
            "ready at",
            "after it was made",
            "after the breach",
            "after the target",
        ]
        note = (
            "Pods made during the run, by their own times, which are whole seconds. After the breach: since the first "
            "bound was broken. After the target: since the autoscaler was above it, or acted upon it."
        )
        yield Table("Pods that came", columns, rows, note, range(2, 7))
    if result.system:
        rows = [_figure(one) for one in sorted(result.system, key=lambda one: (one.source, one.measure))]
        columns = ["source", "figure", "unit", "mean", "most", "samples"]
        yield Table("System", columns, rows, "From the first look to the last, warm-up included.", range(3, 6))


def _agreement(one: Agreement) -> list[str]:
    figures = (one.generator, one.server, one.tolerance)
    return [_MEASURES.get(one.measure, one.measure), *map(number, figures), _VERDICTS[one.agrees]]


def _arrival(one: Arrived) -> list[str]:
    since = [one.made, one.breach, one.crossing]
    waited = [None if begin is None or begin > one.ready else one.ready - begin for begin in since]
    return [one.component, one.pod, *map(number, (one.made, one.ready, *waited))]


def _figure(one: Series) -> list[str]:
    values = [value for _, value in one.points]
    if not values:
        return [one.source, one.measure, one.unavailable or "unavailable", NOTHING, NOTHING, "0"]
    mean = sum(values) / len(values)
    return [one.source, one.measure, one.unit, number(mean), number(max(values)), str(len(values))]

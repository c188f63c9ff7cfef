"""A run of scaling as Markdown: pictures with their figures, and a table of microseconds by stage."""

from collections.abc import Iterator

from tools.bench.documents import describe_conditions, markdown_table
from tools.scaling.drawing import AXES, lines_of
from tools.scaling.results import Profile, Scaling

LEAST = 0.005  # of a path's time: a smaller stage is with the rest


def describe_scaling(run: Scaling) -> str:
    """Return a run as Markdown, without what it did not measure."""
    return "\n\n".join([describe_conditions(run.started, run.took_seconds, run.machine), *_sections(run)])


def _sections(run: Scaling) -> Iterator[str]:
    for curve, (across, up) in AXES.items():
        lines = lines_of(run.points, curve)
        if lines:
            yield f"![{up} by {across}](performance/{curve}.svg)"
            places = sorted({at for line in lines.values() for at, _ in line})
            rows = [(name, *_figures(line, places)) for name, line in lines.items()]
            yield markdown_table((f"{up} by {across}", *(f"{at:,}" for at in places)), rows)
    if run.profiles:
        yield "Microseconds of the program's processor time for each request, by stage:"
        yield _stages(run.profiles)


def _figures(line: list[tuple[int, float]], places: list[int]) -> list[str]:
    known = dict(line)
    return [f"{float(f'{known[at]:.3g}'):,.0f}" if known.get(at) else "–" for at in places]


def _stages(profiles: list[Profile]) -> str:
    names = list(dict.fromkeys(name for one in profiles for name, share in one.stages.items() if share >= LEAST))
    rows = [
        (name, *(f"{one.microseconds * one.stages.get(name, 0.0):.1f}" for one in profiles))
        for name in sorted(names, key=lambda name: -max(one.stages.get(name, 0.0) for one in profiles))
    ]
    rows.append(("together", *(f"{one.microseconds:.0f}" for one in profiles)))
    rows.append(("samples", *(f"{one.samples:,}" for one in profiles)))
    return markdown_table(("stage", *(one.path for one in profiles)), rows)

"""A comparison's recommendation in words. Each sentence says what the statistics show and no more, and cites its rows.

What is not shown is said as such: who is undecided between, who is shown behind, how many blocks are missing. Costs are
told beside, as means that were not tested.
"""

from collections.abc import Iterator, Mapping, Sequence

from telemetry_loadtest.comparison_plan import ComparisonPlan, Metric
from telemetry_loadtest.comparison_results import (
    CellRecord,
    Outcome,
    PairEffect,
    ProfileJudgement,
    RankedGroup,
    Sentence,
    Standing,
)
from telemetry_loadtest.comparison_rows import Row, build_rows
from telemetry_loadtest.report.words import number


def recommend(
    plan: ComparisonPlan, records: Sequence[CellRecord], judgements: Sequence[ProfileJudgement]
) -> list[Sentence]:
    rows = {row.name: row for row in build_rows(plan, records, judgements)}
    return [*_overall(plan, judgements), *(one for found in judgements for one in _of_profile(found, rows))]


def _overall(plan: ComparisonPlan, judgements: Sequence[ProfileJudgement]) -> Iterator[Sentence]:
    """Say whether one variant does for all profiles, where there are several and all were ranked together."""
    if len(judgements) < 2:  # noqa: PLR2004 - of one profile all is said below
        return
    decided = [(one.profile, group.winner) for one in judgements for group in one.groups if group.winner]
    winners = list(dict.fromkeys(winner for _, winner in decided if winner))
    cites = [f"{profile}/{winner}" for profile, winner in decided]
    if not decided:
        yield Sentence(f"No profile of {len(judgements)} has a winner: these runs decide for no architecture.", [])
    elif plan.primary.metric.of_acknowledgement:
        return
    elif len(winners) == 1 and len(decided) == len(judgements):
        yield Sentence(f"{winners[0]} wins every profile.", cites)
    elif len(winners) > 1:
        yield Sentence(f"No one architecture wins everywhere: {_listed(winners)} each win a profile.", cites)


def _of_profile(judgement: ProfileJudgement, rows: Mapping[str, Row]) -> Iterator[Sentence]:
    if not judgement.groups:
        yield Sentence(f"{judgement.profile}: insufficient data, no variant has a number in half of the blocks.", [])
    elif judgement.blocks < judgement.needed:
        yield _insufficient(judgement)
    else:
        for group in judgement.groups:
            yield from _of_group(group, judgement, rows)
    for variant, reason in judgement.left_out.items():
        yield Sentence(
            f"{judgement.profile}: {variant} was judged by nobody: {reason}.", [f"{judgement.profile}/{variant}"]
        )


def _insufficient(judgement: ProfileJudgement) -> Sentence:
    return Sentence(
        f"{judgement.profile}: insufficient data. A win needs {judgement.needed} blocks, and {judgement.blocks} "
        f"{'counts' if judgement.blocks == 1 else 'count'}: at least {judgement.needed - judgement.blocks} more.",
        [f"{judgement.profile}/{one.variant}" for group in judgement.groups for one in group.standings],
    )


def _of_group(group: RankedGroup, judgement: ProfileJudgement, rows: Mapping[str, Row]) -> Iterator[Sentence]:
    only = f", of those that acknowledge what is {group.acknowledged_as}" if group.acknowledged_as else ""
    among = f"{judgement.profile}{only}"
    names = [one.variant for one in group.standings]
    cites = [f"{judgement.profile}/{name}" for name in names]
    if len(names) == 1:
        yield Sentence(f"{among}: {names[0]} alone has numbers, so there is nothing to rank it against.", cites)
    elif group.outcome is Outcome.WINNER:
        yield Sentence(f"{among}: take {names[0]}. {_lead(group, judgement)}", cites[:2])
        yield from _cost(rows[cites[0]], rows[cites[1]])
    else:
        yield Sentence(f"{among}: {_undecided(group, judgement)}", cites)


def _lead(group: RankedGroup, judgement: ProfileJudgement) -> str:
    """Say by how much the winner leads the one that came nearest."""
    best, second = group.standings[:2]
    metric = judgement.metric
    others = "" if len(group.standings) == 2 else f" It is shown to be ahead of each of {len(group.standings) - 1}."  # noqa: PLR2004
    return (
        f"Its {metric.name} of {_amount(best, metric)} is {_difference(_effect(judgement, best, second), metric)} than "
        f"that of {second.variant}, the nearest ({_amount(second, metric)}).{others}"
    )


def _difference(effect: PairEffect, metric: Metric) -> str:
    """Say a ratio as a share more or less: `31 % higher (interval 22 to 41 %)`."""
    word, sign = ("higher", 1) if metric.more_is_better else ("lower", -1)
    shares = [sign * 100 * (ratio - 1) for ratio in (effect.ratio, effect.low or 0, effect.high or 0)]
    low, high = sorted(shares[1:])
    return f"{number(shares[0])} % {word} (interval {number(low)} to {number(high)} %)"


def _effect(judgement: ProfileJudgement, first: Standing, second: Standing) -> PairEffect:
    """Return the pair as first over second, whichever way it was tested."""
    for one in judgement.effects:
        if (one.first, one.second) == (first.variant, second.variant):
            return one
        if (one.second, one.first) == (first.variant, second.variant):
            return one.turned
    raise KeyError(f"{first.variant} and {second.variant} were not compared")


def _undecided(group: RankedGroup, judgement: ProfileJudgement) -> str:
    """Say between whom it is open, and who is shown to be behind whom."""
    if group.doubt:
        return f"no difference shown that can be believed: {group.doubt}."
    behind = _behind(group, judgement)
    open_between = [one.variant for one in group.standings if one.variant not in behind]
    shown = "; ".join(f"{name} (behind {_listed(ahead)})" for name, ahead in behind.items())
    if not behind:
        return f"no difference shown between {_listed(open_between)}."
    return f"no winner. Undecided between {_listed(open_between)}. Shown to be behind: {shown}."


def _behind(group: RankedGroup, judgement: ProfileJudgement) -> dict[str, list[str]]:
    """Return who is shown to be behind whom."""
    place = {one.variant: number for number, one in enumerate(group.standings)}
    found: dict[str, list[str]] = {}
    for effect in judgement.effects:
        if effect.differs and {effect.first, effect.second} <= place.keys():
            ahead, behind = sorted((effect.first, effect.second), key=lambda name: place[name])
            found.setdefault(behind, []).append(ahead)
    return {name: found[name] for name in place if name in found}


def _cost(winner: Row, second: Row) -> Iterator[Sentence]:
    """Tell what the winner takes beside the one that came nearest, where both are known."""
    told = [
        f"{number(mine)} {unit} ({second.variant} {number(theirs)})"
        for mine, theirs, unit in (
            (winner.cpu, second.cpu, "s of processor time"),
            (winner.memory, second.memory, "MiB·s of memory"),
            (winner.instances, second.instances, "s of processes or pods"),
        )
        if mine is not None and theirs is not None
    ]
    if told:
        took = f"per 1,000 good requests {winner.variant} took {_listed(told)}"
        yield Sentence(f"{winner.profile}: {took}; these means were not tested.", [winner.name, second.name])


def _amount(standing: Standing, metric: Metric) -> str:
    return f"{number(standing.center)} {metric.unit}"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

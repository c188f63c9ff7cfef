"""Recommendation and caveats by cases: what is said, and that no more is said than was shown."""

import msgspec
import pytest

from telemetry_loadtest.comparison_judging import assess
from telemetry_loadtest.comparison_results import Comparison
from tests.support.made_comparisons import (
    P95_OF_WRITES,
    PROFILES,
    Made,
    made_comparison,
    made_plan,
    made_provenance,
    made_records,
    seven,
)


def said(found: Comparison) -> list[str]:
    return [one.text for one in found.recommendation]


def test_a_winner_is_told_by_how_much_it_leads_the_nearest_and_what_it_costs() -> None:
    found = made_comparison(Made({"a": 100.0, "b": 130.0, "c": 90.0}))
    lead, cost = found.recommendation
    assert lead.text.startswith("mixed: take b. Its ceiling of ")
    assert "% higher (interval " in lead.text
    assert "that of a, the nearest" in lead.text
    assert lead.text.endswith("It is shown to be ahead of each of 2.")
    assert lead.cites == ["mixed/b", "mixed/a"]
    assert cost.text.startswith("mixed: per 1,000 good requests b took 6.15 s of processor time (a 8)")
    assert cost.text.endswith("these means were not tested.")


def test_the_interval_in_words_is_that_of_the_pair_whichever_way_it_was_tested() -> None:
    for numbers in ({"a": 100.0, "b": 130.0}, {"b": 130.0, "a": 100.0}):
        found = made_comparison(Made(numbers))
        effect = found.judgements[0].effects[0]
        ratio = effect.ratio if effect.first == "b" else 1 / effect.ratio
        assert f"is {100 * (ratio - 1):.1f} % higher" in said(found)[0]


def test_a_latency_is_lower() -> None:
    text = said(made_comparison(Made({"a": 20.0, "b": 14.0}, primary=P95_OF_WRITES)))[0]
    assert "of those that acknowledge what is stored: take b. Its ingest p95 of 1" in text
    assert "% lower (interval " in text


def test_without_a_difference_nobody_is_named_before_another() -> None:
    [text] = said(made_comparison(Made({"a": 100.0, "b": 100.0}, seed=3)))
    assert text.startswith("mixed: no difference shown between ")
    assert "take" not in text


def test_who_is_undecided_and_who_is_behind_is_said() -> None:
    [text] = said(made_comparison(Made({"a": 100.0, "b": 100.1, "c": 50.0})))
    assert text.startswith("mixed: no winner. Undecided between ")
    assert text.endswith(("Shown to be behind: c (behind b and a).", "Shown to be behind: c (behind a and b)."))


def test_insufficient_data_says_how_many_blocks_are_missing() -> None:
    [text] = said(made_comparison(Made({"a": 100.0, "b": 300.0}, blocks=4)))
    assert text == "mixed: insufficient data. A win needs 6 blocks, and 4 count: at least 2 more."


def test_who_stands_alone_is_ranked_against_nobody() -> None:
    found = made_comparison(Made({"a": 20.0, "b": 14.0, "k": 3.0}, primary=P95_OF_WRITES, queued=("k",)))
    alone = (
        "mixed, of those that acknowledge what is queued: k alone has numbers, so there is nothing to rank it against."
    )
    assert said(found)[-1] == alone
    assert not any("k" in one.cites for one in found.recommendation[:-1])


def test_who_mostly_failed_is_named_with_the_reason() -> None:
    failing = {f"b{block:02}-mixed-c": "out of memory" for block in range(1, 8)}
    text = said(made_comparison(Made({"a": 100.0, "b": 130.0, "c": 90.0}), failing=failing))[-1]
    assert text == "mixed: c was judged by nobody: no number in 7 of 8 blocks: Invalid: out of memory."


def test_one_that_wins_everywhere_is_said_to() -> None:
    assert said(made_comparison(Made({"a": 100.0, "b": 130.0}, profiles=PROFILES)))[0] == "b wins every profile."


def test_profiles_that_differ_in_their_winner_are_told_apart() -> None:
    made = Made({"a": 100.0, "b": 130.0}, profiles=PROFILES, by_profile={"mixed/a": 2.0})
    found = made_comparison(made)
    assert said(found)[0] == "No one architecture wins everywhere: b and a each win a profile."
    assert found.recommendation[0].cites == ["read-heavy/b", "write-heavy/b", "mixed/a"]


def test_a_profile_that_is_open_keeps_a_winner_of_the_others_from_winning_everywhere() -> None:
    made = Made({"a": 100.0, "b": 130.0}, profiles=PROFILES, by_profile={"mixed/a": 1.3}, seed=3)
    assert not any("wins every" in text for text in said(made_comparison(made)))


def test_two_groups_are_never_summed_up_into_one_winner() -> None:
    made = Made({"a": 20.0, "b": 14.0, "k": 3.0}, primary=P95_OF_WRITES, queued=("k",), profiles=PROFILES)
    assert not any("every" in text for text in said(made_comparison(made)))


def test_every_sentence_cites_rows_that_are_there() -> None:
    found = made_comparison(seven())
    rows = {f"{profile}/{one.name}" for profile in PROFILES for one in found.plan.variants}
    assert all(set(one.cites) <= rows for one in found.recommendation)
    assert sum(bool(one.cites) for one in found.recommendation) >= 3


@pytest.mark.parametrize(
    "words",
    [
        "Generator and platform shared the 2 cores of one machine",
        "On one machine no quota makes the variants equal",
        "No variant was compared with itself",
        "months of data",
    ],
)
def test_what_one_machine_does_not_show_is_said(words: str) -> None:
    assert any(words in one for one in made_comparison(Made({"a": 1.0, "b": 1.0})).caveats)


def test_a_machine_that_was_busy_before_is_said_to_have_been() -> None:
    made = Made({"a": 1.0, "b": 1.0})
    machine = made_provenance().machine
    assert machine is not None
    busy = msgspec.structs.replace(made_provenance(), machine=msgspec.structs.replace(machine, load_before=6.2))
    words = "The machine was not idle before: its load was 6.2 on 2 cores."
    assert words in assess(made_plan(made), made_records(made), busy).caveats
    assert words not in made_comparison(made).caveats


def test_a_preset_that_only_scales_is_said_to_be_the_one_it_repeats() -> None:
    made = Made({"baseline": 1.0, "redis": 1.0, "scale": 1.0}, repeats={"scale": "baseline"})
    plan = made_plan(made)
    scaled = msgspec.structs.replace(plan.variants[2], choices={"writes": "direct", "scaling": "hpa"})
    plan = msgspec.structs.replace(plan, variants=[*plan.variants[:2], scaled])
    found = assess(plan, made_records(made), made_provenance())
    assert "On one machine an autoscaler adds no capacity: here scale is baseline, run once more." in found.caveats


def test_a_cluster_of_one_node_proves_function_and_ranks_nothing() -> None:
    made = Made({"a": 1.0, "b": 1.0})
    provenance = msgspec.structs.replace(made_provenance(), place="cluster", nodes=1, machine=None)
    found = " ".join(assess(made_plan(made), made_records(made), provenance).caveats)
    assert "shared one node" in found
    assert "No quota" in found
    assert "one machine" not in found


def test_cells_that_were_not_run_and_cells_that_failed_are_counted() -> None:
    made = Made({"a": 1.0, "b": 1.0})
    found = made_comparison(made, failing={"b01-mixed-a": "late"}).records[:10]
    caveats = assess(made_plan(made), found, made_provenance()).caveats
    assert caveats[0].startswith("6 of 16 cells were not run")
    assert (
        caveats[1]
        == "Cells without a number: 1 Invalid. A block counts for a profile where all that is ranked has its number."
    )

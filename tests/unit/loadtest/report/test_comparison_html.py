"""A comparison's page: whole in itself, its sentences linked to their rows and its rows to their cells."""

import re

import msgspec
import pytest

from telemetry_loadtest.comparison_judging import assess
from telemetry_loadtest.comparison_results import Comparison, Cost
from telemetry_loadtest.report.rendering import render_html, render_markdown
from tests.support.made_comparisons import P95_OF_WRITES, Made, made_comparison
from tests.unit.loadtest.report.pages import Page

MADE = Made(
    {"baseline": 100.0, "redis": 130.0, "scale": 100.0},
    repeats={"scale": "baseline"},
    profiles=("read-heavy", "mixed"),
    by_profile={"mixed/redis": 1 / 1.3},
)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return made_comparison(MADE, failing={"b02-mixed-redis": "the generator was <late>"})


@pytest.fixture(scope="module")
def page(comparison: Comparison) -> str:
    return render_html(comparison)


@pytest.fixture(scope="module")
def parsed(page: str) -> Page:
    return Page(page)


@pytest.fixture(scope="module")
def text(comparison: Comparison) -> str:
    return render_markdown(comparison)


def test_the_page_asks_for_nothing_outside_itself(page: str, parsed: Page) -> None:
    assert {value[0] for value in parsed.values("href", "src", "xlink:href", "action", "data", "poster")} == {"#"}
    assert set(re.findall(r"url\(['\"]?(.)", page)) <= {"#"}
    assert "http" not in page
    assert not {tag for tag, _, _ in parsed.attributes} & {"script", "link", "iframe", "img", "object"}


def test_plots_have_no_colour_of_their_own(page: str) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert re.findall(r"#[0-9a-f]{6}\b", drawn) == []


def test_ids_are_unique_and_every_link_has_its_target(page: str, parsed: Page) -> None:
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    assert {value[1:] for value in parsed.values("href")} | set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_every_sentence_of_the_recommendation_leads_to_its_rows(comparison: Comparison, parsed: Page) -> None:
    links = parsed.values("href")
    for sentence in comparison.recommendation:
        assert {f"#{name.replace('/', '-')}" for name in sentence.cites} <= set(links)


def test_every_row_leads_to_its_cells(comparison: Comparison, parsed: Page) -> None:
    assert {f"#cells-{profile}-{one.name}" for profile in MADE.profiles for one in comparison.plan.variants} <= set(
        parsed.values("href")
    )
    assert {one.name for one in comparison.records} <= set(parsed.values("id"))


def test_a_failed_cell_stands_with_its_reason_as_text(page: str, parsed: Page) -> None:
    assert "Invalid: the generator was <late>" in parsed.text
    assert "<late>" not in page


@pytest.mark.parametrize(
    "title",
    ["ceiling", "over the best", "processor time", "memory", "processes or pods"],
)
def test_each_profile_has_its_plots(parsed: Page, title: str) -> None:
    assert {f"read-heavy: {title}", f"mixed: {title}"} <= set(parsed.text)


@pytest.mark.parametrize("words", ["telemetryctl compare examples/comparison.yaml", "repeats baseline", "winner"])
def test_the_command_and_what_is_shown_of_each_variant_are_there(parsed: Page, words: str) -> None:
    assert words in parsed.text


def test_the_same_comparison_makes_the_same_page(comparison: Comparison, page: str) -> None:
    assert render_html(comparison) == page


def test_a_comparison_in_which_nothing_succeeded_has_a_page_without_numbers() -> None:
    made = Made({"a": 1.0, "b": 1.0}, blocks=1)
    found = render_html(made_comparison(made, failing={"b01-mixed-a": "late", "b01-mixed-b": "late"}))
    assert "Insufficient data" in found
    assert "<svg" not in found


def test_stored_and_queued_stand_apart_in_table_and_plot() -> None:
    made = Made({"a": 20.0, "b": 14.0, "k": 3.0, "l": 6.0}, primary=P95_OF_WRITES, queued=("k", "l"))
    page = Page(render_html(made_comparison(made)))
    assert {"stored: winner", "queued: winner", "stored: behind b", "queued: behind k"} <= set(page.text)
    assert any("100 % is the best mean (b of stored, k of queued)" in one for one in page.text)


def test_markdown_has_the_recommendation_on_top_and_every_table_whole(comparison: Comparison, text: str) -> None:
    assert text.index("- read-heavy: take redis.") < text.index("## read-heavy") < text.index("## All pairs")
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1
    assert all(sentence in text for sentence in comparison.caveats)


def test_markdown_says_the_command_that_repeats_it(text: str) -> None:
    assert "```sh\ntelemetryctl compare examples/comparison.yaml\n```" in text


def test_a_cost_that_was_not_measured_is_said_to_be_unavailable_with_its_reason() -> None:
    whole = made_comparison(MADE)
    hidden = Cost(None, None, 5.0, None, None, 12.0, "cpu of pods: the cluster has no metrics API")
    records = [msgspec.structs.replace(one, cost=hidden) for one in whole.records]
    judged = assess(whole.plan, records, whole.provenance)
    text = render_markdown(judged)
    assert "| unavailable | unavailable | 12 |" in text
    assert "unavailable in part; of the first: cpu of pods: the cluster has no metrics API." in text


def test_a_cluster_is_said_with_its_images_and_limits(comparison: Comparison) -> None:
    provenance = msgspec.structs.replace(
        comparison.provenance, place="cluster", machine=None, nodes=3, images={"producer": "sha256:ab"},
        limits={"cpu": "4"},
    )  # fmt: skip
    found = render_markdown(msgspec.structs.replace(comparison, provenance=provenance))
    assert "| where | a cluster of 3 nodes |" in found
    assert "| images | producer sha256:ab |" in found

"""The page as a browser would read it: whole in itself, in two colour schemes, with every number."""

import re

import msgspec
import pytest

from telemetry_loadtest.report.rendering import render_html
from telemetry_loadtest.report.words import amount
from telemetry_loadtest.results import CeilingFound, CeilingStep, Result
from tests.unit.loadtest.report.pages import Page


@pytest.fixture(scope="module")
def parsed(page: str) -> Page:
    return Page(page)


def test_the_page_asks_for_nothing_outside_itself(page: str, parsed: Page) -> None:
    assert {value[0] for value in parsed.values("href", "src", "xlink:href", "action", "data", "poster")} == {"#"}
    assert set(re.findall(r"url\(['\"]?(.)", page)) <= {"#"}
    assert "http" not in page
    assert "@import" not in page
    assert not {tag for tag, _, _ in parsed.attributes} & {"script", "link", "iframe", "img", "object"}


def test_every_colour_is_defined_for_light_and_for_dark(page: str) -> None:
    light, dark = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    used = set(re.findall(r"var\((--\w+)\)", page))
    assert used <= set(re.findall(r"(--\w+):", light))
    assert set(re.findall(r"(--\w+):", light)) == set(re.findall(r"(--\w+):", dark))
    assert page.index("prefers-color-scheme: dark") < page.index(dark)


def test_plots_have_no_colour_of_their_own(page: str) -> None:
    drawn = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert re.findall(r"#[0-9a-f]{6}\b", drawn) == []


def test_ids_are_unique_and_every_reference_has_its_target(page: str, parsed: Page) -> None:
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    referred = {value[1:] for value in parsed.values("href")} | set(re.findall(r"url\(#([^)]+)\)", page))
    assert referred == set(ids)


def test_every_bound_stands_with_its_measured_value(result: Result, parsed: Page) -> None:
    table = parsed.text[parsed.text.index("samples") :]
    for bound in result.bounds:
        at = table.index(f"{bound.endpoint} {bound.measure}")
        assert table[at + 2] == amount(bound.measure, bound.limit)
        assert table[at + 3] == amount(bound.measure, bound.value)


@pytest.mark.parametrize(
    "title",
    [
        "Offered, achieved, good", "Latency of ingest", "Distribution of latency", "Latency, how often", "In flight",
        "Generator's processor", "Generator's lateness", "System: cpu", "System: lag",
    ],
)  # fmt: skip
def test_each_plot_stands_under_its_title(parsed: Page, title: str) -> None:
    assert title in parsed.text


def test_the_stages_and_events_of_a_run_are_marked(parsed: Page) -> None:
    assert parsed.text.count("hold 300") >= 9
    assert any("109 s consumer: 2 replicas ready" in text for text in parsed.text)


def test_the_command_and_the_caveats_are_there(parsed: Page) -> None:
    assert "telemetryctl bench examples/benchmark.yaml --seed 1" in parsed.text
    assert any("shared the 2 cores" in text for text in parsed.text)


def test_what_a_manifest_holds_is_text_and_never_markup(page: str) -> None:
    assert "# a &lt;b&gt;comment&lt;/b&gt;" in page
    assert "<b>" not in page


def test_a_stage_named_like_markup_is_text_in_its_plots_too(result: Result) -> None:
    named = [msgspec.structs.replace(stage, name="<script>$x$") for stage in result.stages]
    page = render_html(msgspec.structs.replace(result, stages=named, seconds=result.seconds[:40]))
    assert "<script>" not in page
    assert "&lt;script&gt;$x$" in re.findall(r"<svg.*?</svg>", page, re.DOTALL)[0]


def test_the_same_run_makes_the_same_page(result: Result) -> None:
    short = msgspec.structs.replace(result, seconds=result.seconds[:20])
    assert render_html(short) == render_html(short)


def test_a_run_that_measured_nothing_has_a_page_without_plots(result: Result) -> None:
    empty = msgspec.structs.replace(
        result, seconds=[], summaries=[], histograms=[], bounds=[], books=None, freshness=None, system=[],
        generator=msgspec.structs.replace(result.generator, samples=[]),
    )  # fmt: skip
    page = render_html(empty)
    assert "<svg" not in page
    assert "No bounds were set." in page


def test_a_ceiling_has_a_plot_of_what_was_tried(result: Result) -> None:
    steps = [CeilingStep(400.0, held=True, reason=""), CeilingStep(800.0, held=False, reason="p95")]
    found = msgspec.structs.replace(result, ceiling=CeilingFound(400.0, 800.0, steps), seconds=result.seconds[:30])
    assert "2 rates were tried, 1 held their SLO: the ceiling lies between 400/s and 800/s." in render_html(found)

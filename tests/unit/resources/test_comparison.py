from telemetry_loadtest.comparison_plan import PlannedCell
from telemetry_operator.resources.comparison import build_cell_platform, build_record, cell_object_name
from telemetry_operator.resources.naming import LONGEST
from tests.support.comparisons import comparison_manifest


def cell(variant: str = "redis", place: int = 3) -> PlannedCell:
    return PlannedCell(variant, "mixed", 1, place, 7)


def test_a_cells_name_has_its_place_and_its_variant() -> None:
    assert cell_object_name("which", cell()) == "which-3-redis"


def test_the_longest_names_fit_and_differ() -> None:
    names = {cell_object_name("c" * 63, cell("v" * 40, place)) for place in (1, 10, 8000)}
    assert len(names) == 3
    assert max(map(len, names)) <= LONGEST


def test_all_that_is_made_goes_with_the_comparison() -> None:
    comparison = comparison_manifest("which", "farm")
    comparison["metadata"]["uid"] = "u"
    made = build_cell_platform(comparison, cell(), {"architecture": "redis"}), build_record(comparison, "b01", b"{}")
    assert [one["metadata"]["ownerReferences"][0]["uid"] for one in made] == ["u", "u"]
    assert {one["metadata"]["labels"]["telemetry.dev/comparison"] for one in made} == {"which"}

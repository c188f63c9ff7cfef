"""Going on with a comparison, and refusing to go on with another one's cells."""

import msgspec
import pytest

from telemetry_contract.times import MICROSECONDS_PER_SECOND, format_time
from telemetry_loadtest.comparison_plan import cells_of
from telemetry_operator.benchmarks.comparing.kept import Begun
from telemetry_operator.benchmarks.comparing.resuming import ChangedError, differences, open_comparison, torn_apart
from telemetry_operator.benchmarks.provenance import machine, versions
from tests.unit.benchmarks.comparing.made import SHORT, begun, record_of, wanted


def told(changed: Begun) -> list[str]:
    return list(differences(changed, wanted(), versions(), machine()))


def test_the_first_command_begins_and_the_next_goes_on() -> None:
    first = open_comparison(wanted(), anew=False)
    first.keep(record_of(cells_of(first.begun.plan)[0]))
    assert open_comparison(wanted(), anew=False).remaining() == first.remaining()


def test_anew_leaves_the_unfinished_one_as_it_is() -> None:
    first = open_comparison(wanted(), anew=False)
    second = open_comparison(wanted(), anew=True)
    assert second.root != first.root
    assert first.root.exists()


def test_another_manifest_is_refused_with_what_differs_and_what_to_do() -> None:
    kept = begun()
    kept.keep(record_of(cells_of(kept.begun.plan)[0]))
    with pytest.raises(ChangedError) as refused:
        open_comparison(wanted(f"{SHORT}, devices: 9, seed: 5"), anew=False)
    assert "unfinished (1 of 4 cells), and was begun with another spec (devices, seed)" in refused.value.message
    assert "--anew begins another" in str(refused.value.hint)


def test_a_comment_in_the_manifest_changes_nothing() -> None:
    kept = begun()
    again = msgspec.structs.replace(kept.begun, manifest="# with a comment")
    assert told(again) == []


def test_how_busy_the_machine_is_changes_nothing_and_another_machine_everything() -> None:
    here = machine()
    busy = wanted().begun()
    assert told(msgspec.structs.replace(busy, machine=msgspec.structs.replace(here, load_before=99.0))) == []
    other = msgspec.structs.replace(here, cores=here.cores + 1)
    assert told(msgspec.structs.replace(busy, machine=other)) == ["another machine"]


def test_another_release_is_told_by_its_packages() -> None:
    older = msgspec.structs.replace(wanted().begun(), versions=versions() | {"locust": "1.0", "gone": "2"})
    assert told(older) == ["other versions (gone, locust)"]


def test_a_plan_that_another_release_makes_of_the_same_manifest_is_another() -> None:
    older = wanted().begun()
    slower = msgspec.structs.replace(older, plan=msgspec.structs.replace(older.plan, cell_seconds=1.0))
    assert told(slower) == ["another plan"]


NOON = 1_800_000_000


@pytest.mark.parametrize(("later", "again"), [(3600, 0), (3601, 1)])
def test_a_block_that_was_left_in_its_middle_is_run_again_where_it_is_long_ago(later: int, again: int) -> None:
    kept = begun()
    first = record_of(cells_of(kept.begun.plan)[0])
    kept.keep(msgspec.structs.replace(first, ended=format_time(NOON * MICROSECONDS_PER_SECOND)))
    assert len(torn_apart(kept, NOON + later)) == again


def test_whole_blocks_stay_however_long_ago_they_are() -> None:
    kept = begun()
    for cell in cells_of(kept.begun.plan)[:2]:
        kept.keep(msgspec.structs.replace(record_of(cell), ended=format_time(0)))
    assert torn_apart(kept, NOON) == []


def test_at_the_end_nothing_is_run_again() -> None:
    kept = begun()
    for cell in cells_of(kept.begun.plan):
        kept.keep(msgspec.structs.replace(record_of(cell), ended=format_time(0)))
    assert torn_apart(kept, NOON) == []

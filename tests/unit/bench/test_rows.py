import pytest
from tools.bench.rows import LIMIT_WORK, ROWS, Limit, choose_rows

from telemetry_contract.architecture import PRESETS


def test_no_names_are_all_rows() -> None:
    assert choose_rows("") == ROWS


def test_rows_are_chosen_by_names_in_the_tables_own_order() -> None:
    assert [row.name for row in choose_rows("consumer, batch-queued")] == ["batch-queued", "consumer"]


def test_an_unknown_row_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="there is no row spped; there are post-one-queued"):
        choose_rows("spped")


def test_every_row_is_of_presets_that_exist_and_every_limit_is_described() -> None:
    assert {preset for row in ROWS for preset in row.presets} <= PRESETS.keys()
    assert LIMIT_WORK.keys() == set(Limit)

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from telemetry_operator.specs.quantity import Quantity

ADAPTER = TypeAdapter(Quantity)


@pytest.mark.parametrize(
    ("given_", "value"),
    [("10Gi", 10 * 2**30), ("500m", Decimal("0.5")), ("1.5k", 1500), (2, 2), ("0.5", Decimal("0.5")), ("1Mi", 2**20)],
)
def test_a_quantity_is_a_number_of_units(given_: str | int, value: Decimal | int) -> None:
    assert ADAPTER.validate_python(given_).value == value


REFUSED = ["", "Gi", "10 Gi", "10GB", "-1", "0", "0Gi", "1e3", True, None, ["1"], 0.5, 2**63, "١Gi"]


@pytest.mark.parametrize("given_", REFUSED)
def test_what_is_not_a_quantity_is_refused(given_: object) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(given_)


def test_a_quantity_is_written_as_it_was_read() -> None:
    assert ADAPTER.dump_json(ADAPTER.validate_python("1024Mi")) == b'"1024Mi"'


@given(st.integers(1, 10**6))
def test_a_binary_suffix_is_1024_of_the_one_below(count: int) -> None:
    assert Quantity(f"{count}Gi").bytes == 1024 * Quantity(f"{count}Mi").bytes

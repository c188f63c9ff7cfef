from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemetry_operator.resources.amounts import canonical, resources_of
from telemetry_operator.specs.pods import Resources
from telemetry_operator.specs.quantity import Quantity

SUFFIXES = ["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"]


# The right-hand sides are what an API server of Kubernetes 1.35 gave back.
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0.5", "500m"), ("500m", "500m"), ("1000m", "1"), ("1", "1"), ("1500m", "1500m"), ("0.0001", "1m"),
        ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("512Mi", "512Mi"), ("0.5Ki", "512"), ("1.5Ki", "1536"),
        ("1000000", "1M"), ("1500k", "1500k"), ("2048Pi", "2Ei"), ("1.0001Ki", "1024103m"), ("1024", "1024"),
    ],
)  # fmt: skip
def test_an_amount_has_the_api_servers_form(written: str, read: str) -> None:
    assert canonical(Quantity.parse(written)) == read


@given(st.decimals(min_value=Decimal("0.001"), max_value=9999, places=3), st.sampled_from(SUFFIXES))
def test_an_amount_keeps_its_value_to_the_thousandth(number: Decimal, suffix: str) -> None:
    quantity = Quantity.parse(f"{number}{suffix}")
    assert 0 <= Quantity(canonical(quantity)).value - quantity.value < Decimal("0.001")


def test_amounts_that_are_not_set_are_left_out() -> None:
    assert resources_of(Resources.model_validate({"limits": {"memory": "1Gi"}})) == {"limits": {"memory": "1Gi"}}
    assert resources_of(Resources()) == {}

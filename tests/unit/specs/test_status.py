from typing import Any

import pytest
from pydantic import BaseModel

from telemetry_operator.specs import status
from telemetry_operator.specs.status import ConditionType, PlatformStatus, read_status

CONDITION = {
    "type": "Ready",
    "status": "True",
    "reason": "AsSpecified",
    "message": "",
    "observedGeneration": 1,
    "lastTransitionTime": "2026-11-22T18:49:00Z",
}
MODELS = [
    model
    for model in vars(status).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == status.__name__
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_field_of_a_status_says_what_it_means(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_a_status_is_read_back_as_it_was_written() -> None:
    given = {"observedGeneration": 2, "conditions": [CONDITION], "ingest": "1/1"}
    said = read_status({"status": given})
    assert said.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True) == given
    assert said.condition(ConditionType.READY)
    assert said.condition(ConditionType.PAUSED) is None


def test_what_a_newer_operator_said_is_passed_over() -> None:
    said = read_status({"status": {"ingest": "1/1", "mood": "good", "probe": {"visibleSeconds": 1.0, "hops": 3}}})
    assert said.ingest == "1/1"
    assert said.probe
    assert said.probe.visible_seconds == 1.0


@pytest.mark.parametrize("given", [None, {}, "text", [], 3])
def test_what_is_no_status_is_an_empty_one(given: Any) -> None:  # noqa: ANN401 - whatever stands there
    assert read_status({"status": given}) == PlatformStatus()


@pytest.mark.parametrize("field", ["conditions", "probe", "observedGeneration", "components"])
def test_a_field_that_cannot_be_read_takes_no_other_with_it(field: str) -> None:
    time = "2026-11-22T18:49:00Z"
    assert read_status({"status": {field: "nonsense", "firstAvailableTime": time}}).first_available_time == time

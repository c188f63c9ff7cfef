import pytest
from pydantic import ValidationError

from telemetry_contract.architecture import PRESETS, Architecture, Reads, Scaling, Store, Writes
from telemetry_operator.specs.platform import SERVER_FIELDS, TelemetryPlatform
from tests.support.manifests import manifest_of, platform_of


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_stands_for_its_four_choices(preset: str) -> None:
    assert platform_of(architecture=preset).spec.choices == PRESETS[preset]


def test_a_choice_beside_the_preset_wins() -> None:
    spec = platform_of(architecture="kafka", scaling="fixed", reads="direct").spec
    assert spec.choices == Architecture(Writes.KAFKA, Store.POSTGRES, Reads.DIRECT, Scaling.FIXED)


def test_an_empty_spec_is_the_baseline() -> None:
    assert platform_of().spec.choices == PRESETS["baseline"]


def test_data_survives_by_default() -> None:
    assert platform_of().spec.deletion_policy == "Retain"


@pytest.mark.parametrize("name", ["", "Demo", "-demo", "demo-", "a.b", "a" * 64, "ä"])
def test_a_name_that_kubernetes_would_refuse_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        platform_of(name)


def test_a_name_of_63_characters_is_accepted() -> None:
    assert platform_of("a" * 63).metadata.name == "a" * 63


def test_what_the_api_server_adds_to_metadata_is_read_past() -> None:
    manifest = manifest_of()
    manifest["metadata"] |= dict.fromkeys(SERVER_FIELDS, "anything")
    assert TelemetryPlatform.model_validate(manifest) == platform_of()


def test_a_status_is_read_past() -> None:
    assert TelemetryPlatform.model_validate({**manifest_of(), "status": {"conditions": []}}).spec == platform_of().spec


def test_a_platform_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        platform_of().spec.paused = True  # type: ignore[misc]


def test_only_the_names_of_kubernetes_are_accepted() -> None:
    with pytest.raises(ValidationError):
        platform_of(deletion_policy="Delete")


def test_a_platform_written_out_is_read_back_the_same() -> None:
    platform = platform_of(architecture="kafka", kafka={"topic": {"partitions": 6}}, retention="7d")
    assert (
        TelemetryPlatform.model_validate(platform.model_dump(by_alias=True, mode="json", exclude_unset=True))
        == platform
    )

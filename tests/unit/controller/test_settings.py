import pytest

from telemetry_operator.controller.settings import (
    PREFIX,
    OperatorSettings,
    SettingsError,
    load_settings,
    parse_settings,
)

IMAGE = "TELEMETRY_OPERATOR_SERVICES_IMAGE"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IMAGE, "telemetry/services:1")


def test_without_namespaces_all_are_watched() -> None:
    assert parse_settings().namespaces == ()


def test_namespaces_are_named_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEMETRY_OPERATOR_NAMESPACES", "a, b,a,")
    assert parse_settings().namespaces == ("a", "b")


def test_what_is_no_namespace_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEMETRY_OPERATOR_NAMESPACES", "a,B_")
    with pytest.raises(SettingsError, match="TELEMETRY_OPERATOR_NAMESPACES"):
        parse_settings()


def test_a_misspelt_setting_is_refused_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEMETRY_OPERATOR_RESYNC_SECOND", "60")
    with pytest.raises(SettingsError, match="did you mean TELEMETRY_OPERATOR_RESYNC_SECONDS"):
        parse_settings()


def test_every_fault_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(IMAGE)
    monkeypatch.setenv("TELEMETRY_OPERATOR_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as caught:
        parse_settings()
    assert [line.split(":")[0].split(" ")[0] for line in str(caught.value).splitlines()] == [
        IMAGE,
        "TELEMETRY_OPERATOR_LOG_LEVEL",
    ]


def test_images_of_the_release_are_those_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEMETRY_OPERATOR_POSTGRES_IMAGE", "mirror/postgres:18")
    images = parse_settings().images
    assert (images.services, images.postgres) == ("telemetry/services:1", "mirror/postgres:18")


def test_settings_that_are_wrong_end_the_program_with_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(IMAGE)
    with pytest.raises(SystemExit) as left:
        load_settings([])
    assert left.value.code == 2
    assert capsys.readouterr().err == f"error: {IMAGE} is missing\n"


def test_settings_can_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load_settings(["--print-config"])
    names = [line.partition("=")[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [PREFIX + name.upper() for name in OperatorSettings.model_fields]

from pathlib import Path

import pytest

from telemetry_operator.local.launch import environment_for
from telemetry_operator.local.program import Program, decode_program, launch_argv

PROGRAM = Program(name="producer-1", argv=("/bin/true",), environment={"TELEMETRY_PORT": "1", "A": "b"})


def test_a_description_survives_its_file() -> None:
    assert decode_program(PROGRAM.encode()) == PROGRAM


def test_the_order_of_variables_is_no_change() -> None:
    turned = Program(name="producer-1", argv=("/bin/true",), environment={"A": "b", "TELEMETRY_PORT": "1"})
    assert turned.digest() == PROGRAM.digest()


@pytest.mark.parametrize(
    "other",
    [
        Program(name="producer-1", argv=("/bin/false",), environment=PROGRAM.environment),
        Program(name="producer-1", argv=("/bin/true",)),
        Program(name="producer-1", argv=("/bin/true",), environment=PROGRAM.environment, files={"a.conf": "x"}),
    ],
)
def test_another_command_environment_or_configuration_is_a_change(other: Program) -> None:
    assert other.digest() != PROGRAM.digest()


def test_settings_of_the_callers_environment_do_not_leak_into_a_service() -> None:
    environment = environment_for(PROGRAM, {"TELEMETRY_STORE": "memory", "PATH": "/bin", "A": "a"})
    assert environment == {"PATH": "/bin", "A": "b", "TELEMETRY_PORT": "1"}


def test_the_launcher_does_not_import_from_the_working_directory() -> None:
    assert "-P" in launch_argv(Path("program.json"))

import configparser
import shlex
from pathlib import Path

import pytest

from telemetry_operator.local.program import Program
from telemetry_operator.local.supervisor_config import SupervisorPaths, build_configuration

PROGRAM = Program(
    name="postgres",
    argv=("/bin/postgres",),
    environment={"PASSWORD": "secret"},
    stop_signal="INT",
    stop_seconds=30,
)


def configuration(*programs: Program, run: str = "/state/run") -> configparser.RawConfigParser:
    paths = SupervisorPaths(Path(run), Path("/state/logs"), Path(run, "supervisor.sock"))
    parser = configparser.RawConfigParser()
    parser.read_string(build_configuration(paths, {program.name: program for program in programs}))
    return parser


def test_no_secret_stands_in_the_configuration() -> None:
    parser = configuration(PROGRAM)
    assert "secret" not in str({name: dict(section) for name, section in parser.items()})


def test_the_socket_is_its_owners_alone() -> None:
    assert configuration()["unix_http_server"]["chmod"] == "0600"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("autostart", "false"),
        ("autorestart", "true"),
        ("stopsignal", "INT"),
        ("stopwaitsecs", "30"),
        ("stopasgroup", "true"),
        ("killasgroup", "true"),
    ],
)
def test_a_program_is_run_as_it_is_described(option: str, value: str) -> None:
    assert configuration(PROGRAM)["program:postgres"][option] == value


def test_a_changed_program_has_another_command() -> None:
    changed = Program(name="postgres", argv=("/bin/postgres", "-c", "fsync=off"))
    commands = {configuration(program)["program:postgres"]["command"] for program in (PROGRAM, changed)}
    assert len(commands) == 2


def test_a_path_with_blanks_and_percents_stays_one_argument() -> None:
    command = configuration(PROGRAM, run="/my state/100%/run")["program:postgres"]["command"]
    record = shlex.split(command.replace("%%", "%"))[-1]
    assert record == "/my state/100%/run/postgres.process"

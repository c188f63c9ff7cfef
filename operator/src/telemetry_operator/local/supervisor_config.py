"""The configuration of supervisord: pure text from programs. What each option is for stands beside it."""

import os
import pwd
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from telemetry_operator.local.program import Program, launch_argv
from telemetry_operator.local.supervisor_pause import cap_pauses

# A program that ends sooner has failed to start: supervisord then waits a second longer before each next try, up to a
# cap (`supervisor_pause`).
SETTLED_SECONDS = 10
RETRIES_WITHOUT_END = 1_000_000_000
LOG_BYTES = 10 * 1024 * 1024
LOG_BACKUPS = 3


@dataclass(frozen=True, slots=True)
class SupervisorPaths:
    """Where one supervisor keeps its things."""

    run: Path
    logs: Path
    socket: Path

    @property
    def configuration(self) -> Path:
        return self.run / "supervisord.conf"

    @property
    def output(self) -> Path:
        return self.run / "supervisord.out"

    @property
    def own_log(self) -> Path:
        return self.logs / "supervisord.log"

    @property
    def own_record(self) -> Path:
        return self.run / "supervisord.process"

    @property
    def programs(self) -> Path:
        return self.run / "programs"

    def program_file(self, program: Program) -> Path:
        """Name the description by its content: a program whose description changed has another command."""
        return self.programs / f"{program.name}.{program.digest()}.json"

    def record(self, name: str) -> Path:
        return self.run / f"{name}.process"

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def build_configuration(paths: SupervisorPaths, programs: Mapping[str, Program]) -> str:
    sections = {
        "unix_http_server": {"file": str(paths.socket), "chmod": "0600"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "rpcinterface:pauses": {"supervisor.rpcinterface_factory": f"{cap_pauses.__module__}:{cap_pauses.__name__}"},
        "supervisord": _daemon(paths),
        **{f"program:{name}": _program(paths, program) for name, program in programs.items()},
    }
    return "\n".join(_section(name, options) for name, options in sections.items())


def _daemon(paths: SupervisorPaths) -> dict[str, str]:
    return {
        "logfile": str(paths.own_log),
        "logfile_maxbytes": str(LOG_BYTES),
        "logfile_backups": str(LOG_BACKUPS),
        "pidfile": str(paths.run / "supervisord.pid"),
        "childlogdir": str(paths.logs),
        "directory": str(paths.run),
        "umask": "077",
        "nocleanup": "true",
        # Named, supervisord does not warn that it runs as root.
        "user": pwd.getpwuid(os.geteuid()).pw_name,
        # It would refuse to start where the limits are lower than it likes.
        "minfds": "64",
        "minprocs": "16",
    }


def _program(paths: SupervisorPaths, program: Program) -> dict[str, str]:
    command = launch_argv(paths.program_file(program), paths.record(program.name))
    return {
        "command": shlex.join(command),
        "autostart": "false",
        "autorestart": "true",
        "startsecs": str(SETTLED_SECONDS),
        "startretries": str(RETRIES_WITHOUT_END),
        "stopsignal": program.stop_signal,
        "stopwaitsecs": str(program.stop_seconds),
        "stopasgroup": "true",
        "killasgroup": "true",
        "redirect_stderr": "true",
        # Relative, because supervisord expands `%` twice in this one; it is started in `run` and stays there.
        "stdout_logfile": os.path.relpath(paths.log(program.name), paths.run),
        "stdout_logfile_maxbytes": str(LOG_BYTES),
        "stdout_logfile_backups": str(LOG_BACKUPS),
    }


def _section(name: str, options: Mapping[str, str]) -> str:
    # supervisord expands `%(name)s` in every value.
    lines = [f"{option}={value.replace('%', '%%')}\n" for option, value in options.items()]
    return f"[{name}]\n{''.join(lines)}"

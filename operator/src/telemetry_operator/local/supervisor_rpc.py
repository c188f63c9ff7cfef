"""Speaking to supervisord: XML-RPC over its unix socket, with types and a time limit."""

import http.client
import socket
import xmlrpc.client
from enum import IntEnum
from pathlib import Path
from typing import Any

import msgspec

from telemetry_operator.errors import PlatformError

CALL_SECONDS = 30.0


class ProcessState(IntEnum):
    """What supervisord says of a process."""

    STOPPED = 0
    STARTING = 10
    RUNNING = 20
    BACKOFF = 30
    STOPPING = 40
    EXITED = 100
    FATAL = 200
    UNKNOWN = 1000


ENDED = frozenset({ProcessState.STOPPED, ProcessState.EXITED, ProcessState.FATAL, ProcessState.UNKNOWN})


class Fault(IntEnum):
    """The faults of supervisord that are no surprise."""

    BAD_NAME = 10
    ALREADY_STARTED = 60
    NOT_RUNNING = 70
    ALREADY_ADDED = 90


class SupervisorAwayError(PlatformError):
    """Nobody answers on the supervisor's socket."""


class SupervisorFaultError(PlatformError):
    """The supervisor refuses what it was asked."""


class ProcessInfo(msgspec.Struct, frozen=True):
    """One supervised process; `start` and `now` in seconds since the epoch, `pid` 0 where there is none."""

    name: str
    state: ProcessState
    pid: int
    start: int
    now: int
    exitstatus: int
    spawnerr: str

    @property
    def ended(self) -> bool:
        return self.state in ENDED


class SupervisorClient:
    """The calls that we make. All raise SupervisorAwayError where nobody answers."""

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = socket_path

    def pid(self) -> int:
        return int(self._call("getPID"))

    def processes(self) -> list[ProcessInfo]:
        return msgspec.convert(self._call("getAllProcessInfo"), list[ProcessInfo])

    def start(self, name: str) -> None:
        self._call("startProcess", name, False, allowed=Fault.ALREADY_STARTED)  # noqa: FBT003 - XML-RPC has no names

    def stop(self, name: str) -> None:
        """Ask a process to stop; it has not yet when this returns."""
        self._call("stopProcess", name, False, allowed=Fault.NOT_RUNNING)  # noqa: FBT003 - XML-RPC has no names

    def reload(self) -> tuple[list[str], list[str], list[str]]:
        """Read the configuration again; return the names added, changed and removed, of which none is acted on yet."""
        ((added, changed, removed),) = self._call("reloadConfig")
        return list(added), list(changed), list(removed)

    def add(self, name: str) -> None:
        self._call("addProcessGroup", name, allowed=Fault.ALREADY_ADDED)

    def remove(self, name: str) -> None:
        self._call("removeProcessGroup", name, allowed=Fault.BAD_NAME)

    def shutdown(self) -> None:
        self._call("shutdown")

    def _call(self, method: str, *arguments: Any, allowed: Fault | None = None) -> Any:  # noqa: ANN401 - as XML-RPC is
        try:
            with xmlrpc.client.ServerProxy("http://supervisor", transport=_UnixTransport(self._socket_path)) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == allowed:
                return None
            raise SupervisorFaultError(f"the process supervisor refuses {method}: {fault.faultString}") from fault
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            raise SupervisorAwayError(f"the process supervisor does not answer ({error})") from error


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, socket_path: Path) -> None:
        super().__init__()
        self._socket_path = socket_path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # noqa: ANN401 - as its parent has it
        connection = _UnixConnection(str(host), self._socket_path)
        self._connection = (str(host), connection)  # what the parent closes
        return connection


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, host: str, socket_path: Path) -> None:
        super().__init__(host)
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(CALL_SECONDS)
        self.sock.connect(str(self._socket_path))

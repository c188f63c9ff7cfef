"""What may not change while it is in use, in CEL: the twins of `specs.transitions`, by the name of the comparison."""

from collections.abc import Iterator, Mapping
from typing import Final

from telemetry_operator.crds.cel import Validation, choice, default_of, present, quantity, value
from telemetry_operator.specs.layout import Server
from telemetry_operator.specs.transitions import TRANSITIONS

SPECS: Final = ("oldSelf", "self")


def transitions() -> list[Validation]:
    return [twin for compare in TRANSITIONS for twin in TWINS[compare.__name__]]


def _needs(server: Server, of: str) -> str:
    return {
        Server.POSTGRES: f'{choice("store", of)} == "postgres"',
        Server.REDIS: f'(has({of}.redis) || {choice("reads", of)} == "redis")',
        Server.KAFKA: f'{choice("writes", of)} == "kafka"',
    }[server]


def _is_builtin(server: Server, of: str) -> str:
    return f'{_needs(server, of)} && {value(f"{server}.provider", of)} == "builtin"'


def _while_builtin(server: Server, same: str, field: str, message: str) -> Validation:
    stays = " && ".join(_is_builtin(server, of) for of in SPECS)
    return Validation(f"!({stays}) || {same}", message, f".{server}.builtin.{field}", "FieldValueForbidden")


def _unchanged(path: str) -> str:
    return " == ".join(value(path, of) for of in SPECS)


def _partitions() -> Validation:
    stays = " && ".join(_needs(Server.KAFKA, of) for of in SPECS)
    path = "kafka.topic.partitions"
    return Validation(f"!({stays}) || {_unchanged(path)}", "fixed at creation", f".{path}", "FieldValueForbidden")


def _brokers() -> Validation:
    return _while_builtin(Server.KAFKA, _unchanged("kafka.builtin.brokers"), "brokers", "fixed at creation")


def _size(server: Server, of: str) -> str:
    path = f"{server}.builtin.storage.size"
    return f"({present(path, of)} ? {quantity(f'{of}.{path}')} : quantity({default_of(path)}))"


def _sizes() -> Iterator[Validation]:
    for server in Server:
        before, after = (_size(server, of) for of in SPECS)
        yield _while_builtin(server, f"!{after}.isLessThan({before})", "storage.size", "a volume cannot shrink")


def _storage_class(server: Server, of: str) -> str:
    path = f"{server}.builtin.storage.storageClassName"
    return f'({present(path, of)} ? {of}.{path} : "")'


def _classes() -> Iterator[Validation]:
    for server in Server:
        same = " == ".join(_storage_class(server, of) for of in SPECS)
        yield _while_builtin(server, same, "storage.storageClassName", "a volume stays where it was made")


TWINS: Final[Mapping[str, tuple[Validation, ...]]] = {
    "partitions_are_fixed": (_partitions(),),
    "brokers_are_fixed": (_brokers(),),
    "volumes_do_not_shrink": tuple(_sizes()),
    "storage_classes_are_fixed": tuple(_classes()),
}

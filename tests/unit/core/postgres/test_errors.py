import psycopg
import pytest
from psycopg import errors

from telemetry.core.postgres.errors import Fault, UnstorableValueError, VanishedReadingError, classify


@pytest.mark.parametrize(
    "error",
    [
        errors.UntranslatableCharacter(),  # \u0000 in jsonb
        errors.DatetimeFieldOverflow(),
        errors.UniqueViolation(),
        errors.NotNullViolation(),
        psycopg.DataError("the client's own refusal"),
        UnstorableValueError("not finite"),
    ],
)
def test_what_is_wrong_at_every_attempt_is_the_datas_fault(error: psycopg.Error) -> None:
    assert classify(error) is Fault.DATA


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection refused"),
        errors.DiskFull(),
        errors.AdminShutdown(),
        errors.CrashShutdown(),
        errors.CannotConnectNow(),
        errors.LockNotAvailable(),
        errors.QueryCanceled(),
        errors.UndefinedTable(),
        errors.ReadOnlySqlTransaction(),
        psycopg.InterfaceError("closed"),
    ],
)
def test_everything_else_passes_and_is_waited_for(error: psycopg.Error) -> None:
    assert classify(error) is Fault.PASSING


@pytest.mark.parametrize(
    "error", [errors.DeadlockDetected(), errors.SerializationFailure(), VanishedReadingError("between two statements")]
)
def test_who_met_another_writer_may_try_at_once_again(error: psycopg.Error) -> None:
    assert classify(error) is Fault.COLLISION

"""Which errors of PostgreSQL are the data's fault, and which pass.

A data error is the same at every attempt, so its batch is bisected until the culprit stands alone. Who met another
writer may try again at once. Everything else (the server away, a full disk, a lock that took too long) is waited for:
no reading is given up for it.
"""

from enum import StrEnum
from typing import Final

import psycopg
from psycopg import errors

DATA_CLASSES: Final = ("22", "23")  # data exception, integrity constraint violation
ROLLBACK_CLASS: Final = "40"  # rolled back for another transaction's sake: a deadlock, a serialization failure


class Fault(StrEnum):
    """What an error calls for: bisect the batch, make partitions, try at once again, or wait."""

    DATA = "data"
    MISSING_PARTITION = "missing-partition"
    COLLISION = "collision"
    PASSING = "passing"


class VanishedReadingError(psycopg.OperationalError):
    """A reading that stood in the way was gone when its content was asked for: the transaction must be retried."""


class UnstorableValueError(psycopg.DataError):
    """A value that PostgreSQL would not keep as it was sent: a number that is not finite."""


def classify(error: psycopg.Error) -> Fault:
    """Tell what an error of a statement that wrote readings calls for."""
    if _is_missing_partition(error):
        return Fault.MISSING_PARTITION
    # The client refuses some values itself, without a SQLSTATE: a string with NUL, an integer that no type holds.
    if isinstance(error, psycopg.DataError):
        return Fault.DATA
    if isinstance(error, VanishedReadingError) or (error.sqlstate or "").startswith(ROLLBACK_CLASS):
        return Fault.COLLISION
    return Fault.DATA if (error.sqlstate or "").startswith(DATA_CLASSES) else Fault.PASSING


def _is_missing_partition(error: psycopg.Error) -> bool:
    # It shares its SQLSTATE with violated CHECKs, and differs by naming no constraint.
    return isinstance(error, errors.CheckViolation) and error.diag.constraint_name is None

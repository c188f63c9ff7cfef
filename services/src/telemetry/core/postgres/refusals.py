"""Which failures to connect to PostgreSQL no waiting can mend: a wrong password, a server that is not trusted.

libpq gives such failures no SQLSTATE, only the server's words. Of a server that speaks another language than English
they are not recognized, and waited on like all others; so nothing that passes may stand here.
"""

import re
from typing import Final

import psycopg

_FINAL: Final = re.compile(
    r"password authentication failed"
    r"|authentication failed for user"
    r"|no pg_hba\.conf entry"
    r"|pg_hba\.conf rejects connection"
    r"|no password supplied"
    r"|role \".*\" (does not exist|is not permitted to log in)"
    r"|permission denied for database"
    r"|certificate verify failed"
    r"|does not match host name"
    r"|root certificate file .* does not exist"
    r"|server does not support SSL"
)
_CLASSES: Final = ("28",)  # invalid authorization, where the failure came with a SQLSTATE


def is_refusal(error: psycopg.Error) -> bool:
    """Tell whether PostgreSQL, or our own check of it, will refuse again."""
    return (error.sqlstate or "").startswith(_CLASSES) or bool(_FINAL.search(str(error)))

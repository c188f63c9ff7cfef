import pytest

from telemetry.core.api.access import Access
from telemetry.core.http.problems import ProblemError
from tests.unit.core.api.conftest import Signer


def test_a_device_id_without_end_proves_nothing(access: Access, signer: Signer) -> None:
    with pytest.raises(ProblemError, match="unauthorized"):
        access.require_reader_of("d" * 70_000, signer.device("d0")["authorization"])

"""The commands are asyncio's: their tests run there, and nowhere else."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

"""The pacing process: started with its plan, awaited for its result, and gone however the run ends."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from tools.bench.processes import ROOT, MeasurementError
from tools.held.pacing import FINISH_SECONDS, Paced
from tools.held.results import Stage

MARGIN_SECONDS: Final = 60.0


class Generator:
    """A load that is under way."""

    def __init__(self, process: "subprocess.Popen[bytes]", plan: Paced) -> None:
        self._process = process
        self._seconds = sum(seconds for _, seconds in plan.stages)

    def stop(self) -> None:
        """Let nothing more arrive; what is under way is answered still."""
        self._process.terminate()

    def result(self) -> list[Stage]:
        """Wait until the last stage is over.

        Raises:
            MeasurementError: the process failed, or is not over a minute after its time.
        """
        try:
            output, errors = self._process.communicate(timeout=self._seconds + FINISH_SECONDS + MARGIN_SECONDS)
        except subprocess.TimeoutExpired:
            raise MeasurementError("the load generator did not end") from None
        if self._process.returncode != 0:
            raise MeasurementError(f"the load generator failed: {errors.decode(errors='replace')[-2000:]}")
        return msgspec.json.decode(output, type=list[Stage])


@contextmanager
def generating(plan: Paced) -> Iterator[Generator]:
    """Run a load beside the block; at its end the process is gone, whether it was over or not."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.held.pacing"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.write(msgspec.json.encode(plan))
        process.stdin.close()
        process.stdin = None
        yield Generator(process, plan)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()

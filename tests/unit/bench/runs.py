"""Runs as they might have been."""

from tools.bench.plans import Measured, Timing
from tools.bench.results import Cell, Run, Settings

MACHINE = {
    "cores": 2,
    "processor": "a processor",
    "memory_gib": 8.0,
    "system": "Linux",
    "load_average": [0.0, 0.0, 0.0],
    "cpu_percent": 0.0,
    "revision": "abc",
    "python": "3.11.9",
    "libraries": {"uvicorn": "1"},
    "servers": {"kafka": "4"},
}


def cell(subject: str, rate: float, *, repetition: int = 0, connections: int = 0, **more: object) -> Cell:
    measured = Measured(count=int(rate), seconds=1.0, **more)  # type: ignore[arg-type] # whichever a test is about
    return Cell(subject=subject, connections=connections, repetition=repetition, measured=measured)


def run_of(*cells: Cell, rows: tuple[str, ...] = ("batch-queued",)) -> Run:
    settings = Settings(timing=Timing(1, 4), repetitions=3, backlog=1000, rows=rows)
    return Run(
        started="2026-03-10T10:00:00Z",
        took_seconds=60,
        settings=settings,
        layout="one core",
        machine=MACHINE,
        warnings=[],
        cells=list(cells),
    )

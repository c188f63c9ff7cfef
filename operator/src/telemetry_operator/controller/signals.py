"""SIGTERM and SIGINT as an event: kubelet's and a person's word that the process shall end."""

import asyncio
import signal
from typing import Final

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def heed_signals(stop: asyncio.Event) -> None:
    """Set `stop` on either signal, in place of whoever heeded them before."""
    loop = asyncio.get_running_loop()
    for one in SIGNALS:
        loop.add_signal_handler(one, stop.set)

"""A cap on supervisord's pause before it starts a failing program again.

It has no setting for one: the pause grows by a second a try. This runs inside supervisord, which loads it by its
configuration (`supervisor_config`) as it loads extensions of its RPC interface.
"""

from typing import Final

from supervisor import events  # type: ignore[import-untyped] # it has no types

LONGEST_PAUSE_SECONDS: Final = 30


class _NoCalls:
    """The RPC interface that supervisord expects of an extension; ours adds none."""


def cap_pauses(_supervisord: object, **_settings: str) -> _NoCalls:
    events.subscribe(events.ProcessStateBackoffEvent, _cap)
    return _NoCalls()


def _cap(event: events.ProcessStateBackoffEvent) -> None:
    # supervisord counts the tries up before it waits for as many seconds: this is the count that it goes on from.
    event.process.backoff = min(event.process.backoff, LONGEST_PAUSE_SECONDS - 1)

from telemetry.core.lifecycle import Lifecycle


def test_a_process_is_ready_only_between_start_and_drain() -> None:
    lifecycle = Lifecycle()
    seen = [lifecycle.ready]
    lifecycle.started()
    seen.append(lifecycle.ready)
    lifecycle.drain()
    seen.append(lifecycle.ready)
    assert seen == [False, True, False]


def test_a_start_that_ends_during_the_drain_does_not_make_ready() -> None:
    lifecycle = Lifecycle()
    lifecycle.drain()
    lifecycle.started()
    assert lifecycle.draining

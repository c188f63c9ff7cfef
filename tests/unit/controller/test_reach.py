import asyncio

from telemetry_operator.cluster.errors import ClusterError, ForbiddenError, NotFoundError
from telemetry_operator.controller.reach import Reach, find_reach, wait_for_more
from telemetry_operator.resources.objects import Kind, Object
from tests.support.virtual_time import run_in_virtual_time


class Lists:
    """A cluster of which some lists are refused."""

    def __init__(self, **refused: ClusterError) -> None:
        self.refused = refused

    async def list(self, _kind: Kind, namespace: str | None) -> tuple[Object, ...]:
        if error := self.refused.get(namespace or "everywhere"):
            raise error
        return ()


def reach_of(lists: Lists, *namespaces: str) -> Reach:
    return run_in_virtual_time(find_reach(lists, namespaces))  # type: ignore[arg-type]


def test_without_namespaces_it_is_the_whole_cluster() -> None:
    assert reach_of(Lists()) == Reach(())


def test_a_namespace_without_rights_does_not_keep_the_operator_from_the_others() -> None:
    assert reach_of(Lists(b=ForbiddenError("no")), "a", "b") == Reach(("a",), ("b",))


def test_it_waits_until_the_kind_is_served() -> None:
    async def run() -> None:
        lists = Lists(everywhere=NotFoundError("no such kind"))
        finding = asyncio.create_task(find_reach(lists, ()))  # type: ignore[arg-type]
        await asyncio.sleep(600)
        assert not finding.done()
        lists.refused.clear()
        assert await finding == Reach(())

    run_in_virtual_time(run())


def test_a_namespace_that_is_allowed_later_is_noticed() -> None:
    async def run() -> None:
        lists = Lists(b=ForbiddenError("no"))
        waiting = asyncio.create_task(wait_for_more(lists, Reach(("a",), ("b",))))  # type: ignore[arg-type]
        await asyncio.sleep(600)
        assert not waiting.done()
        lists.refused.clear()
        await waiting

    run_in_virtual_time(run())

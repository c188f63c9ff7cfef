import asyncio
from collections.abc import Sequence

import pytest

from telemetry.core.batching import Batches
from telemetry.core.ports import NoRoom


class Doubling:
    """Doubles numbers, when it is let; keeps the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.let = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self, numbers: list[int]) -> Sequence[int]:
        self.batches.append(numbers)
        await self.let.wait()
        if self.failure is not None:
            raise self.failure
        return [2 * number for number in numbers]


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_items_of_one_turn_of_the_loop_go_together() -> None:
    load = Doubling()
    load.let.set()
    batches = Batches(load, most=10)
    assert await asyncio.gather(*(batches.submit(number) for number in (1, 2, 3))) == [2, 4, 6]
    assert load.batches == [[1, 2, 3]]


async def test_what_comes_while_a_batch_is_under_way_gathers_for_the_next() -> None:
    load = Doubling()
    batches = Batches(load, most=10)
    futures = [batches.submit(1)]
    await turn()
    futures += [batches.submit(2), batches.submit(3)]
    await turn()
    load.let.set()
    assert await asyncio.gather(*futures) == [2, 4, 6]
    assert load.batches == [[1], [2, 3]]


async def test_a_batch_has_at_most_so_many_items() -> None:
    load = Doubling()
    load.let.set()
    batches = Batches(load, most=2)
    assert await asyncio.gather(*(batches.submit(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert load.batches == [[0, 1], [2, 3], [4]]


async def test_only_so_many_batches_are_under_way() -> None:
    load = Doubling()
    batches = Batches(load, most=1, at_once=2)
    futures = [batches.submit(number) for number in range(3)]
    await turn()
    assert load.batches == [[0], [1]]
    load.let.set()
    await asyncio.gather(*futures)


async def test_a_failure_is_that_of_all_items_of_its_batch_and_of_no_other() -> None:
    load = Doubling()
    load.let.set()
    load.failure = ValueError("no")
    batches = Batches(load, most=2)
    for future in (batches.submit(1), batches.submit(2)):
        with pytest.raises(ValueError, match="no"):
            await future
    load.failure = None
    assert await batches.submit(3) == 6


async def test_one_item_too_many_is_refused_at_once() -> None:
    load = Doubling()
    batches = Batches(load, most=1, waiting=1)
    futures = [batches.submit(1)]
    await turn()
    futures.append(batches.submit(2))
    with pytest.raises(NoRoom):
        batches.submit(3)
    load.let.set()
    await asyncio.gather(*futures)


async def test_bounds_count_weight_where_items_have_one() -> None:
    load = Doubling()
    load.let.set()
    batches = Batches(load, most=5, weigh=lambda number: number)
    assert await asyncio.gather(*(batches.submit(number) for number in (2, 3, 4, 9, 1))) == [4, 6, 8, 18, 2]
    assert load.batches == [[2, 3], [4], [9], [1]]
    assert batches.weight == 0


async def test_what_is_too_heavy_for_the_queue_passes_alone() -> None:
    load = Doubling()
    batches = Batches(load, most=5, waiting=5, weigh=lambda number: number)
    futures = [batches.submit(1)]
    await turn()
    futures.append(batches.submit(9))
    with pytest.raises(NoRoom, match="9 of at most 5"):
        batches.submit(1)
    load.let.set()
    assert await asyncio.gather(*futures) == [2, 18]


async def test_a_caller_that_gave_up_disturbs_nobody() -> None:
    load = Doubling()
    batches = Batches(load, most=2)
    gone, here = batches.submit(1), batches.submit(2)
    gone.cancel()
    load.let.set()
    assert await here == 4

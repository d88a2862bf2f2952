"""The world of a fake: those who wait for something in it."""

import asyncio

import pytest
from fake_asking import world_of

from harness.fake.world import Signal


def test_what_happens_before_a_wait_begins_in_earnest_is_not_missed():
    async def run():
        signal = Signal()
        waiting = asyncio.wait_for(signal.wait(), 5)
        signal.tell()
        await waiting
        return signal.waiting

    assert asyncio.run(run()) == 0


def test_who_gives_up_is_not_waited_for():
    async def run():
        signal = Signal()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(signal.wait(), 0)
        await asyncio.sleep(0)
        return signal.waiting

    assert asyncio.run(run()) == 0


def test_a_wait_is_over_when_its_condition_holds_or_its_time_has_come():
    async def run():
        world, found = world_of(), []
        holding = asyncio.create_task(world.until(lambda: bool(found), 10))
        ending = asyncio.create_task(world.until(lambda: False, 10))
        await asyncio.sleep(0)
        found.append("it")
        world.tell()
        held = await holding
        world.clock.advance(10)
        world.tick()
        return held, await ending, world.due

    assert asyncio.run(run()) == (True, False, [])

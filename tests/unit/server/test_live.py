"""One watcher for all readers: it looks only while somebody follows, and nobody who leaves is kept."""

import asyncio
from collections.abc import AsyncIterator

from periplo.server.live import Watch, messages


class Counter:
    """A version that can be read and changed; ``broken`` makes reading fail."""

    def __init__(self) -> None:
        self.version, self.reads, self.broken = "1", 0, False

    def __call__(self) -> str:
        self.reads += 1
        if self.broken:
            raise OSError("the disk is away")
        return self.version


async def next_of(stream: AsyncIterator[str | None]) -> str | None:
    return await asyncio.wait_for(anext(stream), 5)


def quick(read: Counter, heartbeat: float = 5) -> Watch:
    return Watch(read, every=0.001, heartbeat=heartbeat)


def test_followers_hear_the_version_and_each_change() -> None:
    async def run() -> None:
        shop = Counter()
        watch = quick(shop)
        one, two = watch.follow(), watch.follow()
        assert [await next_of(one), await next_of(two)] == ["1", "1"]
        shop.version = "2"
        assert [await next_of(one), await next_of(two)] == ["2", "2"]
        await one.aclose()
        await two.aclose()

    asyncio.run(run())


def test_nobody_looks_when_nobody_follows() -> None:
    async def run() -> None:
        shop = Counter()
        watch = quick(shop)
        stream = watch.follow()
        await next_of(stream)
        await stream.aclose()
        assert watch.followers == 0
        await asyncio.sleep(0)
        reads = shop.reads
        assert len(asyncio.all_tasks()) == 1
        again = watch.follow()
        shop.version = "3"
        assert await next_of(again) == "3"
        assert shop.reads > reads
        await again.aclose()

    asyncio.run(run())


def test_silence_is_broken_by_heartbeats() -> None:
    async def run() -> None:
        stream = messages(quick(Counter(), heartbeat=0.001))
        heard: list[bytes] = []
        while not (heard and heard[-1].startswith(b": ") and any(b"event: version" in one for one in heard)):
            heard.append((await asyncio.wait_for(anext(stream), 5)).encode())
        await stream.aclose()

    asyncio.run(run())


def test_a_shop_that_cannot_be_read_for_a_moment_is_read_again() -> None:
    async def run() -> None:
        shop = Counter()
        watch = quick(shop)
        stream = watch.follow()
        await next_of(stream)
        shop.broken = True
        waiting = asyncio.ensure_future(anext(stream))
        seen = shop.reads
        while shop.reads < seen + 2:
            await asyncio.sleep(0)
        shop.broken, shop.version = False, "2"
        assert await asyncio.wait_for(waiting, 5) == "2"
        await stream.aclose()

    asyncio.run(run())


def test_closing_lets_everybody_go() -> None:
    async def run() -> None:
        watch = quick(Counter())
        stream = watch.follow()
        await next_of(stream)
        waiting = asyncio.ensure_future(anext(stream, None))
        await asyncio.sleep(0)
        watch.close()
        assert await asyncio.wait_for(waiting, 5) is None
        assert [version async for version in watch.follow()] == []
        assert watch.followers == 0

    asyncio.run(run())

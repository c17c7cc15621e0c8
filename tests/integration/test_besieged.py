"""A real server besieged at its socket goes on answering who is honest, and gives back all that was held.

``PERIPLO_SIEGE=600`` lets so many connections come of each way to hold one, instead of a few.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from besieging import GET, WAYS, Honest, files_of, head, held, memory_of, said, until, wire
from periplo.server.listening import OTHER_FILES, room_for
from periplo.workspace import Shop
from serving import Served, served
from support_collect import basic, batch, events, track

CLOSE = "Connection: close"
EACH = int(os.environ.get("PERIPLO_SIEGE", 40))
MOST = 5 * EACH
"""Connections of the server, which are fewer than there are to hold them."""
ROOM = 8 << 20
MOMENT_S = max(1.0, EACH / 60)  # all of them must be there before the first are let go
SHORT = (
    f"from periplo.server import coming, listening; coming.MOST_BYTES = {ROOM}; "
    f"coming.LONGEST_S = 1.5 * {MOMENT_S}; listening.HEAD_S = listening.UNREAD_S = {MOMENT_S}; "
    f"import os; os.environ['PERIPLO_SERVER_MOST_CONNECTIONS'] = '{MOST}'; "
)
"""What takes a minute takes a moment."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("besieged") / "shop"


@pytest.fixture(scope="module")
def key(path: Path) -> str:
    with Shop.open(path, create=True) as shop:
        return shop.sources.add("web").write_key


@pytest.fixture(scope="module")
def server(path: Path, key: str) -> Iterator[Served]:
    assert room_for(2 * EACH * len(WAYS)) == 2 * EACH * len(WAYS)  # that many files are ours, too
    with served(path, first=SHORT) as found:
        yield found


@pytest.fixture(scope="module")
def honest(server: Served, key: str) -> Honest:
    return Honest(server, key)


def test_all_who_hold_connections_are_let_go_and_the_honest_are_answered_meanwhile(
    server: Served, honest: Honest
) -> None:
    async def besiege() -> None:
        async with honest.sending():
            await until(lambda: len(honest.seconds) > 20)
            files, memory = files_of(server), memory_of(server)
            honest.seconds.clear()
            async with held(server, EACH):
                await until(lambda: files_of(server) >= files + MOST - 10)
                late = await said(await wire(server.port), GET[:-2] + CLOSE.encode() + b"\r\n\r\n", wait_s=30)
                assert b" 200 " in late  # who waits for a connection gets one
                await until(lambda: files_of(server) < files + 10)  # they hold on: the server lets go
            print(f"{EACH * len(WAYS)} connections, {memory_of(server) - memory >> 20} MB more,", end=" ")
            assert memory_of(server) - memory < (64 << 20) + EACH * len(WAYS) * (32 << 10)

    asyncio.run(besiege())
    middle, longest = statistics.median(honest.seconds), max(honest.seconds)
    print(f"{len(honest.seconds)} batches acknowledged: median {middle:.3f} s, longest {longest:.3f} s")
    assert (middle < 0.25, longest < 5) == (True, True)


def test_bodies_that_stay_away_have_no_more_room_than_there_is(server: Served, honest: Honest) -> None:
    """The oldest are told to come again, the others that they are slow; nobody else notices."""
    size, bodies = 1 << 20, 24
    start = head("/v1/batch", f"Content-Length: {size}") + b" " * (size - 1)

    async def besiege() -> Counter[bytes]:
        async with honest.sending():
            before = memory_of(server)
            wires = await asyncio.gather(*(wire(server.port) for _ in range(bodies)))
            answers = await asyncio.gather(*(said(one, start, wait_s=60) for one in wires))
            assert memory_of(server) - before < 4 * ROOM
        assert all(b"retry-after" in answer for answer in answers if b" 503 " in answer)
        return Counter(answer[9:12] for answer in answers)

    told = asyncio.run(besiege())
    assert (told.total(), {*told}) == (bodies, {b"503", b"408"})


def test_a_body_in_many_parts_is_one(server: Served, key: str) -> None:
    body = batch(track(0, messageId="parts"))
    parts = b"".join(b"1\r\n%c\r\n" % letter for letter in body) + b"0\r\nX-Trailer: y\r\n\r\n"
    sent = head("/v1/batch", f"Authorization: {basic(key)['Authorization']}", "Transfer-Encoding: chunked", CLOSE)
    assert b'["accepted"]' in asyncio.run(one(server, sent + parts))


CHUNKED = "Transfer-Encoding: chunked"
ODD: dict[str, tuple[bytes, bytes]] = {
    # smuggled: what one server takes for a body, another takes for the next request
    "length and chunks": (head("/v1/batch", "Content-Length: 4", CHUNKED) + b"0\r\n\r\n" + GET, b"400"),
    "chunks and length": (head("/v1/batch", CHUNKED, "Content-Length: 4") + b"0\r\n\r\n" + GET, b"400"),
    "two lengths": (head("/v1/t", "Content-Length: 3", "Content-Length: 4") + b"abcd", b"400"),
    "two codings": (head("/v1/t", CHUNKED, "Transfer-Encoding: identity") + b"0\r\n\r\n", b"400"),
    "another coding": (head("/v1/t", "Transfer-Encoding: xchunked") + b"0\r\n\r\n", b"400"),
    "a space before the colon": (
        head("/v1/t", "Transfer-Encoding : chunked", "Content-Length: 5") + b"0\r\n\r\n",
        b"400",
    ),
    "a folded header": (head("/v1/t", "X: a\r\n b", "Content-Length: 0"), b"400"),
    "a chunk of no size": (head("/v1/t", CHUNKED) + b"zz\r\nabc\r\n", b"400"),
    "a chunk of less than nothing": (head("/v1/t", CHUNKED) + b"-5\r\nabc\r\n", b"400"),
    "a chunk that is too large": (head("/v1/t", CHUNKED) + b"f" * 17 + b"\r\nabc\r\n", b"400"),
    "a chunk with endless extensions": (head("/v1/t", CHUNKED) + b"1;" + b"a" * 100_000, b"400"),
    "endless trailers": (head("/v1/t", CHUNKED) + b"0\r\n" + b"X: y\r\n" * 20_000, b"400"),
    "a length below nothing": (head("/v1/t", "Content-Length: -5") + b"abc", b"400"),
    "a length with a sign": (head("/v1/t", "Content-Length: +3") + b"abc", b"400"),
    "a length that is no number": (head("/v1/t", "Content-Length: " + "9" * 30) + b"abc", b"400"),
    "more than there is": (head("/v1/t", "Content-Length: 18446744073709551615") + b"abc", b"431"),
    "ten gigabytes": (head("/v1/t", "Content-Length: 10000000000") + b"abc", b"413"),
    "ten gigabytes, if they may come": (
        head("/v1/t", "Content-Length: 10000000000", "Expect: 100-continue"),
        b"413",
    ),
    # floods
    "101 headers": (head("/v1/t", *(f"X-{number}: y" for number in range(101))), b"431"),
    "a large header": (head("/v1/t", "X: " + "a" * 140_000), b"431"),
    "a header without end": (head("/v1/t")[:-2] + b"X: " + b"a" * 500_000, b"431"),
    "a large address": (GET.replace(b"healthz", b"healthz?" + b"a" * 66_000), b"414"),
    # what is no HTTP
    "a TLS handshake": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", b"400"),
    "HTTP/3.0": (GET.replace(b"1.1", b"3.0"), b"400"),
    "HTTP/2, which is not spoken": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b""),
    "NUL in a header": (head("/v1/t", "X: a\0b"), b"400"),
    "letters that are none in the address": (GET.replace(b"healthz", b"\xff"), b"400"),
    # hosts
    "two hosts": (head("/v1/t", "Host: evil.example", CLOSE, "Content-Length: 0"), b"400"),
    "two hosts at a page": (
        GET.replace(b"healthz", b"").replace(b"\r\n\r\n", b"\r\nHost: e\r\n" + b"Connection: close\r\n\r\n"),
        b"400",
    ),
    "no host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", b"400"),
    "no host, before there were any": (b"GET /healthz HTTP/1.0\r\n\r\n", b"200"),
    # methods
    "a method of nobody": (b"BREW /v1/t HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n", b"405"),
    "a tunnel": (b"CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\nConnection: close\r\n\r\n", b"405"),
    "an upgrade to HTTP/2": (
        GET[:-2] + b"Connection: close, Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
        b"200",
    ),
}


async def one(server: Served, *parts: bytes) -> bytes:
    return await said(await wire(server.port), *parts)


@pytest.mark.parametrize("name", ODD)
def test_what_no_honest_program_sends_is_refused_and_the_connection_ends(server: Served, name: str) -> None:
    sent, status = ODD[name]
    answer = asyncio.run(one(server, sent))
    assert answer[9:12] == status, answer
    assert answer.count(b"HTTP/1.") <= 1, "what came behind it was taken for a request"


def test_a_sender_who_asks_first_is_told_to_go_on(server: Served, key: str) -> None:
    body = batch(track(0, messageId="asked"))
    more = [f"Authorization: {basic(key)['Authorization']}", f"Content-Length: {len(body)}", "Expect: 100-continue"]
    answer = asyncio.run(one(server, head("/v1/batch", *more, CLOSE), body))
    assert answer.startswith(b"HTTP/1.1 100 ")
    assert b'["accepted"]' in answer


def test_requests_in_a_row_are_answered_in_a_row_and_what_is_cut_off_never_happened(
    server: Served, path: Path, key: str
) -> None:
    def request(name: str, *more: str) -> bytes:
        body = batch(track(0, messageId=name))
        given = [f"Authorization: {basic(key)['Authorization']}", f"Content-Length: {len(body)}", *more]
        return head("/v1/batch", *given) + body

    async def besiege() -> bytes:
        for cut in range(1, 400, 40):
            _, writer = await wire(server.port)
            writer.write(request(f"whole{cut}") + request(f"cut{cut}")[:-cut])
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.transport.abort() if cut % 80 == 1 else writer.close()
        return await one(server, request("first") + request("second") + request("third", CLOSE))

    answer = asyncio.run(besiege())
    assert answer.count(b'["accepted"]') == 3
    with Shop.open(path) as shop:
        known = Counter(found["event_id"] for found in events(shop))
    assert {"first", "second", "third"} < {*known}
    assert max(known.values()) == 1
    assert not [name for name in known if name.startswith("cut")]


def test_at_the_end_all_that_was_acknowledged_is_there_once(server: Served, honest: Honest, path: Path) -> None:
    with httpx.Client(base_url=server.address) as client:
        told = client.get("/metrics").text
        assert client.get("/readyz").json()["ready"]
    assert 'status="5' not in told.replace('status="503"', "")
    with Shop.open(path) as shop:
        known = Counter(found["event_id"] for found in events(shop))
    assert {*honest.kept, "parts", "asked"} <= {*known}
    assert max(known.values()) == 1


def test_a_process_may_open_as_many_files_as_its_connections_need(caplog: pytest.LogCaptureFixture) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before[0] // 2, before[1]))
        assert room_for(100) == 100
        wanted = before[0] - OTHER_FILES
        assert room_for(wanted) == wanted
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= before[0]
        assert room_for(before[1]) == before[1] - OTHER_FILES
        assert "holds" in caplog.text
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

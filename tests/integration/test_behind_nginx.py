"""The proxy of docs/howto/operate.md as it is written there, with a certificate of its own, before a real server."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import small_shop
from periplo.collect.limits import MOST_BYTES, USUAL_KB
from periplo.workspace import Shop
from serving import Served, served
from support import ROOT
from support_access import PASSWORD, peopled
from support_collect import basic, batch, track, verdicts

STRANGER, INVENTED = "127.0.0.2", "203.0.113.9"

AROUND = """
daemon off; {user} pid {folder}/pid; error_log stderr warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    {server}
}}
"""


def documented() -> str:
    text = (ROOT / "docs/howto/operate.md").read_text("utf-8")
    found = re.search(r"```nginx\n(.*?)```", text, re.S)
    assert found
    return found[1]


def changed(text: str, **values: str) -> str:
    """The configuration with these values of its directives."""
    for name, value in values.items():
        text, times = re.subn(rf"\b{name} [^;]+;", f"{name} {value};", text)
        assert times == 1, name
    return text


def certificate(folder: Path) -> tuple[Path, Path]:
    key, cert = folder / "key.pem", folder / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    about = ["-days", "2", "-subj", "/CN=map.example.com", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *about, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return key, cert


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def nginx(folder: Path, behind: int) -> Iterator[tuple[str, Path]]:
    """Its address, and the certificate that it shows."""
    key, cert = certificate(folder)
    port = free_port()
    server = changed(
        documented(),
        listen=f"127.0.0.1:{port} ssl",
        ssl_certificate=str(cert),
        ssl_certificate_key=str(key),
        proxy_pass=f"http://127.0.0.1:{behind}",
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(user=user, folder=folder, server=server))
    process = subprocess.Popen(["nginx", "-e", "stderr", "-p", folder, "-c", folder / "nginx.conf"])
    try:
        _until_open(port, process)
        yield f"https://127.0.0.1:{port}", cert
    finally:
        process.terminate()
        process.wait(10)


def _until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.02)
    raise AssertionError("nginx does not start")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("nginx") or not shutil.which("openssl"):
        pytest.skip("needs nginx and openssl")
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[Shop]:
    path = small_shop.copied(folder)
    peopled(path)
    with (path / "periplo.toml").open("a") as settings:
        settings.write('\n[server]\ntrusted_proxies = ["127.0.0.1"]\n')  # and not the whole machine
    with Shop.open(path) as opened:
        opened.sources.add("web")
        yield opened


@pytest.fixture(scope="module")
def server(shop: Shop) -> Iterator[Served]:
    with served(shop.path) as found:
        yield found


@pytest.fixture(scope="module")
def client(folder: Path, server: Served) -> Iterator[httpx.Client]:
    """As a browser elsewhere, which invents what it can."""
    with nginx(folder, server.port) as (address, cert):
        context = ssl.create_default_context(cafile=str(cert))
        way = httpx.HTTPTransport(verify=context, local_address=STRANGER)
        invented = {"X-Forwarded-For": INVENTED, "X-Forwarded-Proto": "http"}
        with httpx.Client(base_url=address, transport=way, headers=invented, timeout=30) as found:
            yield found


def said(client: httpx.Client, folder: Path, target: str, host: str) -> str:
    """The status of an answer to a request line with this target."""
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    address = "127.0.0.1", client.base_url.port or 0
    with context.wrap_socket(socket.create_connection(address), server_hostname="127.0.0.1") as wire:
        wire.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return wire.recv(100).split()[1].decode()


def test_a_request_names_the_same_host_in_its_line_and_beside_it(client: httpx.Client, folder: Path) -> None:
    port = client.base_url.port
    ours, another = f"127.0.0.1:{port}", "another.example"
    for host in (ours, "127.0.0.1"):
        assert said(client, folder, "/healthz", host) == "200"
        assert said(client, folder, f"https://{ours}/healthz", host) == "200"
    assert said(client, folder, f"https://{another}/healthz", ours) == "421"
    assert said(client, folder, f"https://{ours}/healthz", another) == "421"
    assert said(client, folder, "https://127.0.0/healthz", "127.0.0.1") == "421"


def sign_in(client: httpx.Client) -> httpx.Response:
    form = {"email": "owner@shop.example", "password": PASSWORD}
    return client.post("/sign-in", data=form, headers={"Origin": str(client.base_url).rstrip("/")})


def test_cookies_are_for_encrypted_ways_and_callers_are_who_they_are(
    client: httpx.Client, server: Served, shop: Shop
) -> None:
    entered = sign_in(client)
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"]
    assert (cookie.startswith("__Host-periplo-"), "; secure" in cookie.lower()) == (True, True)
    assert entered.headers["strict-transport-security"]
    assert client.get("/").status_code == 200
    assert shop.access.audit.list()[0].address == STRANGER
    straight = httpx.HTTPTransport(local_address=STRANGER)
    with httpx.Client(transport=straight, base_url=server.address) as other:
        other.headers.update({"X-Forwarded-For": INVENTED, "X-Forwarded-Proto": "https"})
        answer = sign_in(other)
    assert (answer.status_code, answer.headers["set-cookie"].startswith("periplo-")) == (303, True)
    assert shop.access.audit.list()[0].address == STRANGER


def test_what_sdks_send_comes_through(client: httpx.Client, shop: Shop) -> None:
    key = basic(shop.sources.all()[0].write_key)
    packed = gzip.compress(batch(track(1), track(2)))
    sent = client.post("/v1/batch", content=packed, headers=key | {"Content-Encoding": "gzip"})
    assert verdicts(sent) == ["accepted"] * 2
    parts = iter([batch(track(3))[:20], batch(track(3))[20:]])
    assert verdicts(client.post("/v1/batch", content=parts, headers=key)) == ["accepted"]
    large = batch(track(4))
    filled = large[:-1] + b" " * (USUAL_KB * 1024 - len(large)) + b"}"
    assert verdicts(client.post("/v1/batch", content=filled, headers=key)) == ["accepted"]
    for more in (1, MOST_BYTES):
        refused = client.post("/v1/batch", content=filled + b" " * more, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")  # ours, not the proxy's
    assert client.post("/v1/batch", content=bytes(2 * MOST_BYTES), headers=key).status_code == 413


def test_the_pulse_is_not_held_back(client: httpx.Client, shop: Shop) -> None:
    assert sign_in(client).status_code == 303
    with client.stream("GET", "/api/v1/events", timeout=10) as pulse:
        lines = (line for line in pulse.iter_lines() if line.startswith("data"))
        first = next(lines)
        shop.record([small_shop.event("Page Viewed", "2026-03-05 10:00", user_id="eva")])
        assert next(lines) != first


def test_answers_come_packed_and_with_the_id_that_the_proxy_gave(client: httpx.Client) -> None:
    page = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    assert re.fullmatch("[0-9a-f]{32}", page.headers["x-request-id"])

"""The map opened in real Chromium: what it sets keeps within the measures, both languages and themes work offline."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from periplo.language import Lang
from periplo.maps import export, font_css, pages
from support_maps import sample

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (apt install chromium)")]

BOXES = """() => [...document.querySelectorAll('svg.periplo-map text')].map(text => {
  const box = text.getBoundingClientRect(), cell = text.closest('[data-stage]');
  return {text: text.textContent, left: box.left, top: box.top, right: box.right, bottom: box.bottom,
          width: text.getComputedTextLength(), stage: cell && cell.dataset.lane ? cell.dataset.stage : null};
}).filter(box => box.right > box.left)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1328, "height": 1000}, color_scheme="light", offline=True)
    opened = context.new_page()
    opened.asked, opened.errors = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("console", lambda message: opened.errors.append(message.text) if message.type == "error" else None)
    opened.goto(export(sample(simulated=True), tmp_path / "map.html", "en").as_uri())
    opened.evaluate("document.fonts.ready.then(() => null)")
    yield opened
    context.close()


def test_nothing_is_asked_of_the_network_and_nothing_fails(page: Any) -> None:
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []
    assert page.errors == []


@pytest.mark.parametrize("lang", ["en", "es"])
def test_chromium_sets_the_text_as_wide_as_we_measured(page: Any, lang: str) -> None:
    from periplo.drawing.text import STYLES

    page.click(f"button[data-lang={lang}]")
    measured = page.evaluate(
        """() => [...document.querySelectorAll('svg.periplo-map text')].filter(x => x.getBoundingClientRect().width)
                 .map(x => [x.textContent, x.classList[0], x.getComputedTextLength()])"""
    )
    styles = {style.name: style for style in STYLES}
    assert len(measured) > 200
    for text, name, width in measured:
        assert width == pytest.approx(styles[name].width(text), abs=max(1.0, width * 0.02)), text


@pytest.mark.parametrize("lang", ["en", "es"])
def test_no_text_covers_another_in_chromium(page: Any, lang: str) -> None:
    page.click(f"button[data-lang={lang}]")
    boxes = sorted(page.evaluate(BOXES), key=lambda box: box["top"])
    covered = [
        (a["text"], b["text"])
        for n, a in enumerate(boxes)
        for b in boxes[n + 1 :]
        if b["top"] + 3.5 < a["bottom"] and a["left"] + 0.5 < b["right"] and b["left"] + 0.5 < a["right"]
    ]
    assert covered == []


def test_language_and_theme_switch(page: Any) -> None:
    ground = "getComputedStyle(document.querySelector('.en svg rect.f-bg')).fill"
    assert page.title() == "Journey of our customers"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.click("button[data-lang=es]")
    assert page.title() == "El recorrido de nuestros clientes"
    assert page.is_visible(".es svg")
    assert not page.is_visible(".en svg")
    page.click("button[data-theme=dark]")
    assert page.evaluate(ground) == "rgb(16, 21, 29)"
    page.click("button[data-theme=light]")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.click("button[data-theme=auto]")
    assert page.evaluate(ground) == "rgb(16, 21, 29)"


def test_the_carried_font_is_the_one_in_use(page: Any) -> None:
    assert page.evaluate(
        "document.fonts.check('500 14px Roboto') && [...document.fonts].every(f => f.status === 'loaded')"
    )
    assert "data:font/woff" in font_css()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_page_prints_light_on_the_pages_of_the_pdf(page: Any, tmp_path: Path, lang: Lang) -> None:
    if shutil.which("pdfinfo") is None:
        pytest.skip("needs pdfinfo (poppler-utils) to count the pages")
    page.click(f"button[data-lang={lang}]")
    page.click("button[data-theme=dark]")
    page.evaluate("addEventListener('beforeprint', () => { window.printed = document.documentElement.dataset.theme })")
    page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    info = subprocess.run(["pdfinfo", tmp_path / "print.pdf"], capture_output=True, text=True, check=True).stdout
    assert f"Pages:           {len(pages(sample(simulated=True), lang))}\n" in info
    assert page.evaluate("window.printed") == "light"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"

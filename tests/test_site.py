"""The built website in a real browser: every page once, explorers moved, nothing from another host.

Run by `make test-site`, in the site's own environment.
"""

import functools
import gzip
import html
import http.server
import json
import re
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "website"))
import build  # noqa: E402
import translate  # noqa: E402

SITE = ROOT / "_site"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
LIVE = [page for page in PAGES if 'class="explorer ' in (SITE / page).read_text("utf-8")]
KOREAN = "ko/index.html", "ko/10_vae.html"  # the others that are live are the English ones with another frame
AXE = ROOT / ".venv" / "site" / "node_modules" / "axe-core" / "axe.min.js"
AUDITED = [f"{page}.html" for page in ("index", "search", "00_start_here", "11_cvae", "ko/10_vae",
                                       "16_family_portrait")]  # fmt: skip
DESKTOP, TABLET, PHONE = ({"width": width, "height": 900} for width in (1280, 768, 390))
SEEN = """async () => {
    for (const image of document.images) image.loading = "eager";
    await Promise.all([...document.images].map(image => image.decode().catch(() => 0)));
    const text = document.querySelector("article, main").cloneNode(true);
    for (const node of text.querySelectorAll("pre, code, .katex, script")) node.remove();
    const images = [...document.querySelectorAll("article img")];
    return {
        formulas: document.querySelectorAll("article .katex").length,
        unset: document.querySelectorAll(".katex-error, .math:not(:has(.katex))").length,
        raw: text.textContent.match(/\\$\\$|\\\\(mathbf|frac|boldsymbol)|^\\|.*\\|$|\\*\\*/gm) ?? [],
        unnamed: images.filter(i => !i.hasAttribute("alt") || /\\.(png|webp)$/.test(i.alt)).map(i => i.src),
        broken: [...document.images].filter(i => !i.naturalWidth).map(i => i.src),
        unsized: images.filter(i => !i.hasAttribute("width")).map(i => i.src),
        titles: document.querySelectorAll("article h1").length,
    };
}"""
WIDE = "document.documentElement.scrollWidth - innerWidth"
CANVASES = """node => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(
    [...node.firstChild.shadowRoot.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()).join()))))"""
TIMES = """() => {
    window.times = [];
    let pressed;
    addEventListener("keydown", event => { pressed = event.timeStamp; }, true);
    addEventListener("input", () => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => times.push(performance.now() - pressed);
        port2.postMessage(0);
    }), true);
}"""


@pytest.fixture(scope="session")
def address():
    """The site on a server of its own, in a folder, as on GitHub Pages."""
    class Handler(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/series"))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/series/"
    server.shutdown()


@pytest.fixture
def visit(browser, address):
    """Open a page; in the end nothing may have been an error, or asked of another host."""
    opened, faults = [], []

    def go(path, at=address, **options):
        page = browser.browser.new_page(**options) if options else browser.new_page()
        opened.append(page)
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme="light")
        here = at, "data:", "blob:"
        page.on("request", lambda it: it.url.startswith(here) or faults.append(it.url))
        page.on("console", lambda line: line.type in ("error", "warning") and faults.append(line.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("response", lambda it: it.status >= 400 and faults.append(f"{it.status} {it.url}"))
        page.goto(at + path)
        return page

    yield go
    for page in opened:
        page.close()
    assert not faults


@functools.cache
def compressed(file):
    """How many bytes a server sends for a file of the site."""
    return len(gzip.compress((SITE / file).read_bytes()))


def audit(page, **options):
    """axe's serious and critical findings, outside formulas: KaTeX makes hundreds of spans of each."""
    options |= {"resultTypes": ["violations"], "preload": False}
    found = page.evaluate("options => axe.run({ exclude: ['.katex'] }, options)", options)["violations"]
    bad = "serious", "critical"
    return [(it["id"], it["nodes"][0]["html"][:200]) for it in found if it["impact"] in bad]


@pytest.mark.parametrize("path", PAGES)
def test_page(visit, address, path):
    page = visit(path)
    asked = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    files = {path, *(urlparse(url).path.removeprefix("/series/") for url in asked if url.startswith(address))}
    if path not in LIVE:
        size = sum(map(compressed, files))
        assert size <= 600_000, f"a first visit takes {size} bytes"
    seen = page.evaluate(SEEN)
    assert page.evaluate(WIDE) <= 0
    assert not any(seen[fault] for fault in ("unset", "raw", "unnamed", "broken", "unsized")), seen
    if re.search(r"\d\d_", path):
        assert seen["titles"] == 1 and (seen["formulas"] or "00_start_here" in path)
    korean = path.startswith("ko/")
    assert page.locator("html").get_attribute("lang") == ("ko" if korean else "en")
    other = page.locator("a.language").get_attribute("href")
    assert other == (path.replace("ko/", "../") if korean else f"ko/{path}")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    for size in TABLET, PHONE:
        page.set_viewport_size(size)
        assert page.evaluate(WIDE) <= 0, f"too wide for {size}"


@pytest.mark.skipif(not AXE.exists(), reason="Accessibility is not tested: axe-core comes with npm, "
                    "which is missing (install it, remove .venv/site).")  # fmt: skip
@pytest.mark.parametrize("path", AUDITED)
def test_accessibility(visit, path):
    page = visit(path)
    page.evaluate(AXE.read_text("utf-8"))
    assert audit(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    page.wait_for_timeout(300)  # until colours have changed
    assert audit(page, runOnly=["color-contrast"]) == []


@pytest.mark.parametrize("path", [path for path in LIVE if "/" not in path or path in KOREAN])
def test_explorers(visit, path):
    """Sliders by keys, pads by mouse: each move changes what is seen."""
    page = visit(path)
    page.locator(".explorer [data-lm-suppress-shortcuts]").last.wait_for(state="attached")
    for explorer in page.locator(".explorer").all():
        for slider in explorer.get_by_role("slider").all():
            if slider.is_visible() and "position" not in slider.get_attribute("aria-label"):
                slider.press("Home")
                before = explorer.evaluate(CANVASES)
                slider.press("End")
                assert explorer.evaluate(CANVASES) != before, slider.get_attribute("aria-label")
        if pad := explorer.get_by_label("pad: draw").all():
            before = explorer.evaluate(CANVASES)
            pad[0].scroll_into_view_if_needed()
            box = pad[0].bounding_box()
            for i, (x, y) in enumerate([(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]):
                page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
                i or page.mouse.down()
            page.mouse.up()
            assert explorer.evaluate(CANVASES) != before


def test_a_digit_drawn_by_touch_and_a_key_to_its_frame(visit):
    page = visit("index.html", has_touch=True)
    explorer = page.locator(".explorer").first
    pad = explorer.get_by_label("pad: draw")
    before = explorer.evaluate(CANVASES)
    pad.scroll_into_view_if_needed()
    box, cdp = pad.bounding_box(), page.context.new_cdp_session(page)
    for kind, x, y in ("Start", 0.5, 0.2), ("Move", 0.5, 0.5), ("Move", 0.5, 0.8), ("End", 0, 0):
        point = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        touch = {"type": f"touch{kind}", "touchPoints": [point] if kind != "End" else []}
        cdp.send("Input.dispatchTouchEvent", touch)
    assert explorer.evaluate(CANVASES) != before
    page.evaluate(TIMES)
    explorer.get_by_label("latent dimension z1").focus()
    for _ in range(2):  # twice if the machine was busy with something else
        page.evaluate("times = []")
        for i in range(40):
            page.keyboard.press("ArrowLeft" if i % 20 < 10 else "ArrowRight")
            page.wait_for_timeout(40)
        if (median := statistics.median(page.evaluate("times"))) <= 16:
            break
    assert median <= 16


def test_search_and_keyboard(visit):
    """From the first key to a result."""
    page = visit("index.html")
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Control+k")
    page.keyboard.type("reparameterization")
    page.keyboard.press("Enter")
    page.locator("#search-results a[href='09_reparameterization.html']").wait_for()


def test_korean(visit):
    """Search knows particles, the switch leads to the same page, and what is not translated says so."""
    page = visit("ko/search.html?q=잠재+벡터를")
    page.locator("#search-results a[href*='10_vae.html']").first.click()
    assert page.locator("article h1").inner_text().startswith("10 · 변분 오토인코더(VAE)")
    page.get_by_text(translate.PARTLY).wait_for()
    page.get_by_role("link", name="English").click()
    assert page.locator("article h1").inner_text().startswith("10 · Variational autoencoder")
    page.get_by_role("link", name="한국어").click()
    page.get_by_role("link", name="8번 노트북").first.click()
    page.get_by_text(translate.NOT_YET).wait_for()
    assert page.locator("article").get_attribute("lang") == "en"


def test_the_korean_notebooks_are_current():
    """As `make ko` writes them, with code and outputs byte for byte; a stamp changes no catalogue."""
    folder = ROOT / "notebooks" / "ko"
    written = {path: path.read_text("utf-8") for path in folder.glob("*.ipynb")}
    assert written == translate.files(build.read(ROOT / "notebooks")), "Run make ko."
    for path, text in written.items():
        korean, english = json.loads(text), json.loads((ROOT / "notebooks" / path.name).read_text("utf-8"))
        for mine, theirs in zip(korean["cells"], english["cells"], strict=True):
            assert mine | {"source": ""} == theirs | {"source": ""}
            assert mine["cell_type"] == "markdown" or mine["source"] == theirs["source"]
        mark = next(cell for cell in english["cells"] if "<!-- colab" in "".join(cell["source"]))
        units = translate.units(english, {})
        mark["source"] = "".join(mark["source"]).replace("--><!--", "-->[Open in Colab](https://…)<!--")
        assert translate.units(english, {}) == units


def test_text_is_cut_into_pieces_and_none_is_lost():
    for notebook in build.read(ROOT / "notebooks").values():
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                text = "".join(cell["source"])
                assert "".join(translate.PIECE.findall(text)) == text


def test_from_a_file(visit, browser):
    """Without a server: formulas, explorers and search, which then finds no summaries of its results."""
    page = visit("10_vae.html", at=SITE.as_uri() + "/")
    page.locator(".explorer [data-lm-suppress-shortcuts]").last.wait_for(state="attached")
    assert page.evaluate(SEEN)["formulas"] > 20
    explorer = page.locator(".explorer").first
    before = explorer.evaluate(CANVASES)
    explorer.get_by_role("slider").nth(1).press("End")
    assert explorer.evaluate(CANVASES) != before
    page = browser.new_page()
    page.goto(f"{SITE.as_uri()}/search.html?q=ELBO")
    page.locator("#search-results li a").first.wait_for()
    page.close()


def anchors(path):
    """Links and targets of a page."""
    text = re.sub(r'<link rel="canonical"[^>]*>', "", (SITE / path).read_text("utf-8"))
    found = re.findall(r'\s(href|src|id|name)="([^"]+)"', text)
    return [value for name, value in found if name in ("href", "src")], {value for _, value in found}


def test_links():
    pages, broken, inner = {path: anchors(path) for path in PAGES}, [], 0
    for path, (links, _) in pages.items():
        for link in links:
            url, fragment = urldefrag(urljoin(f"http://site/{path}", html.unescape(link)))
            if urlparse(url).netloc == "site":
                target, inner = unquote(urlparse(url).path.lstrip("/")) or "index.html", inner + 1
                there = (SITE / target).is_file()
                if not there or fragment and unquote(fragment) not in pages[target][1]:
                    broken.append((path, link))
    assert inner > 500 and not broken


def rebuilt(tmp_path, name, change, *faults):
    """A build after `change(cells of a notebook, its catalogue)` stops, and says `faults`: (cell, what)."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    shutil.copytree(translate.CATALOGUES, tmp_path / "ko")
    path, po = tmp_path / "notebooks" / f"{name}.ipynb", tmp_path / "ko" / f"{name}.po"
    notebook, catalogue = json.loads(path.read_text("utf-8")), polib.pofile(str(po)) if po.exists() else None
    change(notebook["cells"], catalogue)
    path.write_text(json.dumps(notebook), "utf-8")
    if catalogue:
        catalogue.save()
    program = "import sys; from pathlib import Path; import build; build.build(*map(Path, sys.argv[1:]))"
    command = [sys.executable, "-c", program, tmp_path / "notebooks", tmp_path / "out", tmp_path / "ko"]
    done = subprocess.run(command, cwd=ROOT / "website", stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 1 and not (tmp_path / "out").exists()
    for i, fault in faults:
        line = rf"^notebooks/{name}\.ipynb, cell {i} \(id \w+\): .*{fault}"
        assert re.search(line, done.stderr, re.MULTILINE), done.stderr


def test_a_cell_without_output_or_with_an_error_is_named(tmp_path):
    def change(cells, _):
        cells[1]["execution_count"] = None
        cells[3]["outputs"] = [{"output_type": "error", "ename": "KeyError", "evalue": "z", "traceback": []}]

    rebuilt(tmp_path, "01_linear_baselines", change,
            (2, "has no output. Run all cells"), (4, "KeyError: z. Correct it"))  # fmt: skip


def test_a_broken_link_and_formula_are_named(tmp_path):
    def change(cells, _):
        links = "[gone](99_gone.ipynb) [lost](10_vae.ipynb#lost)"
        cells[0]["source"] = "".join(cells[0]["source"]) + "\n\n" + links
        cells[2]["source"] = "".join(cells[2]["source"]) + "\n\n$\\nosuch{x}$"

    rebuilt(tmp_path, "01_linear_baselines", change,
            (1, "99_gone.*Correct the link"), (3, "KaTeX cannot set .*nosuch"))  # fmt: skip


def test_a_stale_or_damaged_catalogue_is_named(tmp_path):
    def change(cells, catalogue):
        cells[4]["source"] = "So " + "".join(cells[4]["source"])
        for entry in catalogue:
            entry.msgstr = re.sub(r"\$[^$]+\$", "식", entry.msgstr).replace("(09_", "(9_")
        catalogue.metadata["X-Complete"] = "yes"

    rebuilt(tmp_path, "10_vae", change,
            (5, "text has changed .*'So .*Run make ko"), (1, r"lost or changed .*09_.*Write it"),
            (r"\d+", r"lost or changed \$.*Write it"), (r"\d+", "marked complete and lacks"))  # fmt: skip


def test_a_changed_text_keeps_its_translation_and_stays_english(tmp_path):
    path = shutil.copy(translate.CATALOGUES / "10_vae.po", tmp_path)
    notebook = build.read(ROOT / "notebooks")["10_vae"]
    known = translate.table("10_vae")
    old = next(text for text in translate.units({"cells": notebook["cells"][4:]}, {}) if text in known)
    english = translate.units(notebook, {})
    translate.update(Path(path), {f"So {text}" if text == old else text: id for text, id in english.items()})
    (entry,) = [entry for entry in polib.pofile(path) if entry.msgid == f"So {old}"]
    assert entry.fuzzy and entry.msgstr == known[old] and entry.previous_msgid == old
    assert entry.msgid not in translate.table("10_vae", tmp_path)

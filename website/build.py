"""Build the website from the saved notebooks, into _site/. No notebook is run and no network is used."""

import base64
import copy
import functools
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from html import escape
from pathlib import Path
from string import Template

import translate
from PIL import Image, ImageOps
from translate import HERE, ROOT, SAID, where

VIEW = "application/vnd.jupyter.widget-view+json"
CHAPTERS = {"00": "First steps", "04": "Autoencoders", "08": "Variational autoencoders",
            "12": "Further models"}  # fmt: skip
SHORT_PATH = "00", "04", "08", "09", "10", "11", "13"


def read(folder):
    """{name: notebook}, in order. Stops at a notebook that was not run from end to end."""
    paths = sorted(folder.glob("[0-9]*.ipynb"))
    notebooks = {path.stem: json.loads(path.read_text("utf-8")) for path in paths}
    faults = []
    for name, notebook in notebooks.items():
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code" and "".join(cell["source"]).strip():
                id = cell.get("id", "?")
                if cell["execution_count"] is None:
                    faults.append(f"{where(name, notebook, id)}: has no output. Run all cells, then save.")
                for output in cell["outputs"]:
                    if output["output_type"] == "error":
                        faults.append(f"{where(name, notebook, id)}: {output['ename']}: {output['evalue']}. "
                                      "Correct it, run all cells, then save.")  # fmt: skip
    if faults:
        sys.exit("\n".join(faults))
    return notebooks


def figures(notebook):
    """{cell id: PNG in base64} of the cells that show a figure, or an explorer by its still image."""
    found = {}
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            html = re.search(r'"data:image/png;base64,([^"]+)', "".join(data.get("text/html", "")))
            if png := "".join(data.get("image/png", "")) or html and html[1]:
                found.setdefault(cell.get("id"), png)
    return found


def described(notebook, i):
    """A figure's alternative text where none is written: the paragraph before its code."""
    texts = ["".join(cell["source"]) for cell in notebook["cells"][:i] if cell["cell_type"] == "markdown"]
    paragraphs = [p for p in texts[-1].split("\n\n") if not p.startswith(("#", "$$", "|", "<"))] or ["Figure"]
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(paragraphs[-1].split()))
    text = re.sub(r"[*`$\\{}]|\\(?:mathbf|mathrm)", "", text)
    return text if len(text) < 300 else text[:300].rsplit(" ", 1)[0] + " …"


def parted(html, live):
    """An HTML output whose images and script are files of their own, loaded when they are needed.

    A classic script, since a module is refused where the page is a file.
    """
    def image(match):
        data = base64.b64decode(match[2])
        path = live / f"{len(list(live.iterdir())):03}.{match[1]}"
        path.write_bytes(data)
        width, height = Image.open(io.BytesIO(data)).size
        return f'src="live/{path.name}" width="{width}" height="{height}" loading="lazy" decoding="async"'

    def script(match):
        name = re.search(r'start\("(.+?)"', match[1])[1]
        path = live / f"{name}.js"
        path.write_text(f'"use strict";\n(() => {{{match[1]}}})();\n', "utf-8")
        return f'<script defer src="live/{path.name}"></script>'

    html = re.sub(r'src="data:image/(\w+);base64,([^"]+)"', image, html)
    html = re.sub(r'<script type="module">(.+)</script>', script, html, flags=re.DOTALL)
    return html.replace('<div class="explorer-', '<div class="explorer explorer-')


def prepare(notebook, alt, live, said):
    """The notebook as the site shows it: set-up and checks folded, explorers and animations as files."""
    notebook["metadata"] = {"kernelspec": {"name": "python3", "display_name": "Python 3"},
                            "language_info": {"name": "python", "pygments_lexer": "ipython3"}}  # fmt: skip
    for i, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "markdown":
            cell["source"] = re.sub(r"<!-- colab .*?<!-- /colab -->", "", "".join(cell["source"]))
            continue
        tags = cell["metadata"].get("tags", [])
        if i == 1 or "nbval-check-output" in tags:
            cell["metadata"]["tags"] = sorted({*tags, "hide-input"})
        for output in cell["outputs"]:
            data = output.get("data", {})
            if data.pop(VIEW, None):
                data["text/html"] = f'<p class="sliders">{said.get(SAID[-1], SAID[-1])}</p>'
            elif "text/html" in data:
                data["text/html"] = parted("".join(data["text/html"]), live)
            elif "image/png" in data:
                text = alt.get(cell.get("id")) or described(notebook, i)
                cell["metadata"]["mystnb"] = {"image": {"alt": text}}


def thumbnail(name, notebook, choice, target):
    """A picture for the map: part of the figure that figures.toml names; else the first figure, whole."""
    shown = figures(notebook)
    png = shown[choice["thumbnail"]] if "thumbnail" in choice else next(iter(shown.values()))
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    parts = choice.get("box", (0, 0, 1, 1))
    box = [round(part * side) for part, side in zip(parts, 2 * image.size, strict=True)]
    fitted = ImageOps.fit if "thumbnail" in choice else functools.partial(ImageOps.pad, color="white")
    fitted(image.crop(box), (320, 200)).save(target / f"{name}.webp", quality=80)


def question(notebook):
    """A notebook's title without its number, and its question."""
    text = "".join(notebook["cells"][0]["source"])
    title = re.match(r"# \d+ · (.+)", text)[1]
    asked = " ".join(re.search(r"\*\*(.+?)\*\*", text, re.DOTALL)[1].split()).removeprefix("The question: ")
    return title, asked[0].upper() + asked[1:]


def landing(notebooks, companions, said):
    """index.md: website/index.md with the explorers and the map of the series."""
    def say(text):
        return said.get(text, text)

    def output(name, kind):
        for cell in notebooks[name]["cells"]:
            for it in cell.get("outputs", ()):
                if kind in "".join(cell["source"]) and "explorer-" in it.get("data", {}).get("text/html", ""):
                    return it["data"]["text/html"]
        sys.exit(f"notebooks/{name}.ipynb has no explorer `{kind}`, which the first page shows: "
                 "put it back, or change landing() in website/build.py.")  # fmt: skip

    cards = []
    for name in companions:
        if chapter := CHAPTERS.get(name[:2]):
            cards.append(f'</ul>\n<h3>{say(chapter)}</h3>\n<ul class="cards">')
        title, asked = question(notebooks[name])
        mark = f' <span class="short">{say("short path")}</span>' if name[:2] in SHORT_PATH else ""
        deeper = "".join(f'<a class="deeper" href="{companion}.html">{say("Going deeper")}'
                         f'<span class="visually-hidden">: {escape(title)}</span></a>'
                         for companion in companions[name])  # fmt: skip
        cards.append(f'<li><img src="live/{name}.webp" alt="" width="320" height="200" loading="lazy">'
                     f'<b>{int(name[:2]):02} · <a href="{name}.html">{escape(title)}</a></b>{mark}'
                     f"<span>{escape(asked)}</span>{deeper}</li>")  # fmt: skip
    cards = "\n".join(cards).removeprefix("</ul>\n") + "\n</ul>"
    tree = "```{toctree}\n:hidden:\n" + "\n".join(companions) + "\n```"
    text = Template(translate.translated((HERE / "index.md").read_text("utf-8"), said))
    plane, pad = output("10_vae", "latent_plane"), output("00_start_here", "pad=True")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    repository = project["tool"]["series"]["repository"] or "OWNER/NAME"
    return text.substitute(plane=plane, pad=pad, cards=cards, tree=tree, repository=repository)


def tidied(page, folder, name, language, begun):
    """A page without the theme's icon script (its fonts do), with sizes of figures and names of controls.

    The Korean pages take images and explorers from the English ones; begun: whether there is a catalogue.
    """
    def image(match):
        width, height = Image.open(folder / match[1]).size
        return f'{match[0]} width="{width}" height="{height}" loading="lazy" decoding="async"'

    page = re.sub(r'<(?:link|script)[^>]*_static/scripts/fontawesome\.js[^>]*>(?:</script>)?\s*', "", page)
    page = page.replace('<summary aria-label="Toggle hidden content">', "<summary>")
    page = re.sub(r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"', r"\1", page)
    page = page.replace("<summary><span class=\"toctree-toggle\"",
                        "<summary aria-label=\"Companion\"><span class=\"toctree-toggle\"")  # fmt: skip
    page = re.sub(r'src="(_images/[0-9a-f]+\.png)"', image, page)
    if language == "ko":
        page = re.sub(r'(src|href)="(live|_images)/', r'\1="../\2/', page)
        if begun:
            page = page.replace(f"notebooks/{name}.ipynb", f"notebooks/ko/{name}.ipynb")
        else:
            page = page.replace('<article class="bd-article"', '<article class="bd-article" lang="en"')
            page = re.sub(r'(rel="canonical" href="[^"]*/)ko/', r"\1", page)
    return page


def pages(notebooks, choices, language, catalogues, work):
    """One language's pages, with Sphinx: (their folder, the folder of explorers and thumbnails)."""
    main = [name for name in notebooks if not name.endswith("_deeper")]
    companions = {name: [c for c in notebooks if c.startswith(f"{name}_")] for name in main}
    korean = {name: translate.table(name, catalogues) if language == "ko" else {}
              for name in ("index", *notebooks)}  # fmt: skip
    source, html, live = (work / part for part in ("source", "html", "live"))
    source.mkdir(parents=True)
    live.mkdir()
    for name, notebook in notebooks.items():
        choice = choices.get(name, {})
        if language == "ko":
            notebook = translate.edition(notebook, korean[name])
        if name in companions:
            thumbnail(name, notebook, choice, live)
        alt = {id: korean[name].get(text, text) for id, text in choice.get("alt", {}).items()}
        prepare(notebook, alt, live, korean["index"])
        if children := companions.get(name):
            tree = {"cell_type": "markdown", "id": "tree", "metadata": {},
                    "source": "\n".join(["```{toctree}", ":hidden:", *children, "```"])}  # fmt: skip
            notebook["cells"].append(tree)
        (source / f"{name}.ipynb").write_text(json.dumps(notebook), "utf-8")
    (source / "index.md").write_text(landing(notebooks, companions, korean["index"]), "utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", HERE,
               "-d", work / "doctrees", source, html]  # fmt: skip
    done = subprocess.run(command, stderr=subprocess.PIPE, encoding="utf-8",
                          env=os.environ | {"SITE_LANGUAGE": language})  # fmt: skip
    if done.returncode:  # myst-nb counts lines from 10,000 times the cell on
        def cell(match):
            name, i = match[1], int(match[2]) // 10_000 - 1
            return f"{where(name, notebooks[name], notebooks[name]['cells'][max(i, 0)]['id'])}: "

        said = re.sub(r"\S+/(\w+)\.ipynb:(\d+): (?:WARNING|ERROR): ", cell, done.stderr)
        sys.exit(said.replace("[myst.xref_missing]", "Correct the link."))
    for page in html.glob("*.html"):
        text = tidied(page.read_text("utf-8"), html, page.stem, language, korean.get(page.stem, True))
        page.write_text(text, "utf-8")
    for left in "*.map", "fontawesome.js*", "katex.min.js", "*-macros.html", "objects.inv", ".buildinfo":
        for path in html.rglob(left):
            path.unlink()
    for left in "_sources", "_static/locales":
        shutil.rmtree(html / left, ignore_errors=True)
    return html, live


def build(folder, out, catalogues=translate.CATALOGUES):
    """Write the site. folder: the notebooks; out: a folder that is made anew; catalogues: the Korean ones."""
    notebooks = read(folder)
    choices = tomllib.loads((HERE / "figures.toml").read_text("utf-8"))
    gone = [(name, cell) for name, choice in choices.items() for cell in {*choice.get("alt", {}),
            choice.get("thumbnail")} - {None, *figures(notebooks[name])}]  # fmt: skip
    wrong = [f"website/figures.toml: notebooks/{name}.ipynb has no figure in a cell {cell}. "
             "Name another cell, or take the line out." for name, cell in gone]  # fmt: skip
    if wrong := wrong + translate.faults(notebooks, catalogues):
        sys.exit("\n".join(wrong))
    with tempfile.TemporaryDirectory() as work:
        english, live = pages(copy.deepcopy(notebooks), choices, "en", catalogues, Path(work, "en"))
        korean, _ = pages(notebooks, choices, "ko", catalogues, Path(work, "ko"))
        shutil.copytree(live, english / "live")
        shutil.rmtree(korean / "_images")
        shutil.move(korean, english / "ko")
        (english / ".nojekyll").touch()  # else GitHub Pages drops _static
        shutil.rmtree(out, ignore_errors=True)
        shutil.move(english, out)


if __name__ == "__main__":
    build(ROOT / "notebooks", ROOT / "_site")
    print("The site is in _site: python3 -m http.server -d _site, then open http://127.0.0.1:8000")

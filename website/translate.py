"""The Korean edition: the text of a notebook by its catalogue, website/po/ko/NAME.po; all else is copied.

A unit of a catalogue is what lies between two blank lines: a paragraph, a heading, a list, a table. It is
known by its English text: a changed text falls back to English until someone has looked at it.
`make catalogues` updates the catalogues from the notebooks, `make ko` also writes notebooks/ko/.
"""

import json
import re
import sys
import tomllib
from collections import Counter
from difflib import get_close_matches
from pathlib import Path

import polib

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CATALOGUES = HERE / "po" / "ko"
PIECE = re.compile(r"^```(?s:.*?)^```\n?|^\$\$(?s:.*?)\$\$[^\n]*\n?|^<!--.*\n?|"
                   r"(?:^(?!```|\$\$|<!--).+\n?)+|\n", re.MULTILINE)  # fmt: skip
PARTLY = "아직 번역하지 않은 부분은 영어로 남아 있습니다."
NOT_YET = "이 페이지는 아직 번역하지 못해 영어로 보여 드립니다."
# What website/build.py and conf.py say themselves, in the catalogue of the first page.
SAID = ("From Autoencoders to VAEs", "Show the code", "Hide the code", "short path", "Going deeper",
        "First steps", "Autoencoders", "Variational autoencoders", "Further models",
        'These sliders need Python: <a href="index.html#run-it">run this notebook</a> to move them. '
        "A figure nearby shows some of their positions.")  # fmt: skip


def where(name, notebook, id):
    """How an error names a cell: notebook, its place counted from 1, and its id."""
    ids = [cell.get("id", "?") for cell in notebook["cells"]]
    return f"notebooks/{name}.ipynb, cell {ids.index(id) + 1 if id in ids else 'gone'} (id {id})"


def speaks(piece):
    """Whether a piece of Markdown holds words, outside formulas, code and tags."""
    if piece.startswith("$$"):
        return re.search(r"\\text\{[^}]*[a-z]{2}", piece)
    other = r"^(?:```|<!--)(?s:.*)|^\$\w+$|<[^>]*>|\$[^$]+\$|`[^`]+`"
    return re.search(r"[A-Za-z]{2}", re.sub(other, "", piece))


def kept(text):
    """What a translation must hold as the English text does: formulas, code, tags, links, numbers."""
    text = re.sub(r"\\text\{[^}]*\}", r"\\text{}", re.sub(r"[.,]?\s*\$\$", "$$$$", text))
    shapes = r"\$\$[^$]+\$\$", r"\$[^$]+\$", "`[^`]+`", "<[^>]*>", r"\]\([^)]+\)", r"\d+(?:[.,]\d+)*"
    return Counter(re.findall("|".join(shapes), text))


def units(notebook, alternatives):
    """{English text: id of its cell}, in order. alternatives: {cell id: a figure's alternative text}."""
    found = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            for piece in PIECE.findall("".join(cell["source"])):
                if speaks(piece):
                    found.setdefault(piece.rstrip("\n"), cell["id"])
        elif cell["id"] in alternatives:
            found.setdefault(alternatives[cell["id"]], cell["id"])
    return found


def first_page():
    """The first page and what the site says itself, in the form of a notebook."""
    texts = {"index.md": (HERE / "index.md").read_text("utf-8"), "said": "\n\n".join(SAID)}
    return {"cells": [{"cell_type": "markdown", "id": id, "source": text} for id, text in texts.items()]}


def sources(notebooks):
    """{name of a catalogue: (notebook, alternative texts)} of all that could be translated."""
    figures = tomllib.loads((HERE / "figures.toml").read_text("utf-8"))
    found = {name: (it, figures.get(name, {}).get("alt", {})) for name, it in notebooks.items()}
    return {"index": (first_page(), {})} | found


def table(name, catalogues=CATALOGUES):
    """{English: Korean} of a catalogue, without what is to be looked at again; empty if there is none."""
    path = catalogues / f"{name}.po"
    po = polib.pofile(str(path), encoding="utf-8") if path.exists() else ()
    return {entry.msgid: entry.msgstr for entry in po if entry.translated()}


def faults(notebooks, catalogues=CATALOGUES):
    """What is wrong with the catalogues, each with notebook, cell and fix."""
    found, every = [], sources(notebooks)
    for path in sorted(catalogues.glob("*.po")):
        po_file = f"website/po/ko/{path.name}"
        if path.stem not in every:
            found.append(f"{po_file}: there is no notebooks/{path.stem}.ipynb. Rename it, or delete it.")
            continue
        po, (notebook, alternatives) = polib.pofile(str(path), encoding="utf-8"), every[path.stem]
        english = units(notebook, alternatives)
        known = {entry.msgid: entry for entry in po if not entry.obsolete}
        for text in english.keys() ^ known.keys():
            id = english.get(text) or (known[text].occurrences or [("?",)])[0][0]
            found.append(f"{where(path.stem, notebook, id)}: the text has changed since {po_file} was made: "
                         f"{text[:40]!r}. Run make ko, then translate it.")  # fmt: skip
        for text in english.keys() & known.keys():
            korean, at = known[text], where(path.stem, notebook, english[text])
            if korean.translated() and (lost := kept(text) - kept(korean.msgstr)):
                found.append(f"{at}: {po_file} has lost or changed {', '.join(lost)} in {text[:40]!r}. "
                             "Write it as in the English text.")  # fmt: skip
            if po.metadata.get("X-Complete") == "yes" and not korean.translated():
                found.append(f"{at}: {po_file} is marked complete and lacks {text[:40]!r}. "
                             "Translate it (and take `fuzzy` away), or remove X-Complete.")  # fmt: skip
    return sorted(found)


def translated(text, korean):
    """Markdown with its units replaced, where korean has them; displayed formulas lose their full stops."""
    def piece(match):
        english = match[0].rstrip("\n")
        said = korean.get(english, english)
        said = re.sub(r"[.,]\s*\$\$$", "$$", said) if said.startswith("$$") else said
        return said + match[0][len(english):]

    return PIECE.sub(piece, text)


def edition(notebook, korean):
    """The notebook in Korean, with a line that says so if some of it is not."""
    note = PARTLY if korean else NOT_YET
    whole = units(notebook, {}).keys() <= korean.keys()
    for i, cell in enumerate(notebook["cells"]):
        if cell["cell_type"] == "markdown":
            text = translated("".join(cell["source"]), korean) if korean else "".join(cell["source"])
            if not i and not whole:
                text = text.replace("\n\n", f'\n\n<p lang="ko">{note}</p>\n\n', 1)
            cell["source"] = text.splitlines(keepends=True)
    return notebook


def files(notebooks):
    """{path: text} of notebooks/ko: links lead to Korean notebooks where there are some."""
    folder, names = ROOT / "notebooks" / "ko", [name for name in notebooks if table(name)]

    def link(match):
        return match[0] if match[1] in names else f"](../{match[1]}.ipynb"

    def mark(match):
        return re.sub(r"(notebooks/|github\.io/[\w.-]+/)", r"\1ko/", match[0])

    found = {}
    for name in names:
        notebook = edition(json.loads(json.dumps(notebooks[name])), table(name))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                source = re.sub(r"\]\((\d\d_\w+)\.ipynb", link, "".join(cell["source"]))
                source = re.sub(r"<!-- colab .*?<!-- /colab -->", mark, source)
                cell["source"] = source.splitlines(keepends=True)
        found[folder / f"{name}.ipynb"] = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return found


def update(path, english):
    """A catalogue of the units that there are now. A changed one keeps its old translation, marked fuzzy.

    Translations of what is gone stay at the end, and are used again should it come back.
    """
    old = polib.pofile(str(path), encoding="utf-8")
    new = polib.POFile(wrapwidth=0)
    new.metadata = old.metadata or {"Language": "ko", "Content-Type": "text/plain; charset=UTF-8"}
    known = {entry.msgid: entry for entry in old}
    gone = [text for text, entry in known.items() if entry.msgstr and text not in english]
    for text, id in english.items():
        entry = known.get(text) or polib.POEntry(msgid=text)
        if text not in known and (near := get_close_matches(text, gone, 1)):
            entry.msgstr, entry.previous_msgid, entry.flags = known[near[0]].msgstr, near[0], ["fuzzy"]
            gone.remove(near[0])
        entry.occurrences, entry.obsolete = [(id, "")], False
        new.append(entry)
    for text in gone:
        known[text].obsolete = True
        new.append(known[text])
    path.write_text(f"{new}\n", "utf-8")
    print(f"{path.name}: {len(english)} units, {len(new.translated_entries())} translated, "
          f"{len(new.fuzzy_entries())} to be looked at again")  # fmt: skip


if __name__ == "__main__":
    every = {path.stem: json.loads(path.read_text("utf-8"))
             for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}  # fmt: skip
    if "catalogues" in sys.argv:
        for name, source in sources(every).items():
            if (path := CATALOGUES / f"{name}.po").exists():
                update(path, units(*source))
    else:
        if wrong := faults(every):
            sys.exit("\n".join(wrong))
        for path, text in files(every).items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"{path.relative_to(ROOT)} written")

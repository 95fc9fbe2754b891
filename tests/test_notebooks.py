"""Every notebook, by being in notebooks/, is held to the anatomy of the series.

FIRST: notebooks of the first edition, held to its anatomy until they are rewritten. MAIN and DEEPER: the
main path and the companions of the second.
"""

import ast
import csv
import importlib
import inspect
import json
import re
import statistics
import textwrap
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
DEEPER = [path for path in PATHS if path.stem.endswith("_deeper")]
FIRST = [path for path in PATHS if "**The question:" in path.read_text(encoding="utf-8")]
MAIN = [path for path in PATHS if path not in FIRST + DEEPER]
WIDGET = "application/vnd.jupyter.widget-view+json"


def over(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def code(path):
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def source(cell):
    return "".join(cell["source"])


def prose(path):
    return "\n".join(source(cell) for cell in read(path)["cells"] if cell["cell_type"] == "markdown")


def lines(cell):
    return [line for line in source(cell).splitlines() if line.strip() and not line.strip().startswith("#")]


def outputs(path, *kinds):
    found = [output for cell in code(path) for output in cell["outputs"]]
    return [output for output in found if not kinds or set(kinds) & set(output.get("data", {}))]


def printed(path):
    texts = [o.get("text", o.get("data", {}).get("text/plain", "")) for o in outputs(path)]
    return "\n".join("".join(text) for text in texts)


@over(FIRST)
def test_title_cell_of_the_first_edition(path):
    first = source(read(path)["cells"][0])
    wanted = {
        "a title": r"^# \d+ · ",
        "its question in bold": r"\*\*The question:",
        "what is needed before": r"\*You need:\*",
        "minutes on CPU and GPU": r"\*Minutes:\*.*CPU.*GPU",
        "the notebook after it": r"Next: |After: ",
        "the one before it": r"Before: " if path.stem[:2] != "00" else "",
        "the mark where the Colab link goes": rf"<!-- colab notebooks/{path.name} -->",
    }
    missing = [what for what, pattern in wanted.items() if not re.search(pattern, first, re.DOTALL)]
    assert not missing, f"the title cell lacks {', '.join(missing)}"


@over(PATHS)
def test_set_up_is_the_same_everywhere(path):
    here, model = source(code(path)[0]), source(code(PATHS[0])[0])
    assert here.split("from helpers")[0] == model.split("from helpers")[0], "the set-up cell differs"
    assert len(lines(code(path)[0])) <= 8, "set-up and helper imports take more than 8 lines"


@over(FIRST)
def test_sections_of_the_first_edition(path):
    headings = re.findall(r"^#+ (?:\d+ · )?(.+)$", prose(path), re.MULTILINE)
    wanted = ["Explore", "Trap", "Exercises", "What to remember"]
    missing = [name for name in wanted if not any(h.startswith(name) for h in headings)]
    assert not missing, f"no section {', '.join(missing)}"
    remember = prose(path).split("What to remember")[1]
    assert len(re.findall(r"^\d\. ", remember, re.MULTILINE)) == 5, "what to remember has five lines"
    assert re.search(r"Sources?: .*\(\d{4}\)", remember, re.DOTALL), "no sources with years at the end"


@over(PATHS)
def test_code_cells_are_short(path):
    counts = [len(lines(cell)) for cell in code(path)]
    assert statistics.median(counts) <= 8, f"median cell has {statistics.median(counts)} lines"
    assert max(counts) <= 25, f"a cell has {max(counts)} lines"
    wide = [line for cell in code(path) for line in source(cell).splitlines() if len(line) > 100]
    assert not wide, f"over 100 characters: {wide}"


@over(PATHS)
def test_prose_between_code(path):
    kinds = [cell["cell_type"] for cell in read(path)["cells"]]
    bare = sum(a == b == "code" for a, b in zip(kinds, kinds[1:], strict=False))
    assert bare <= 2, f"{bare} code cells follow a code cell with no prose between"


@over(PATHS)
def test_executed_in_order_and_clean(path):
    notebook = read(path)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    counts = [cell["execution_count"] for cell in code(path)]
    assert counts == list(range(1, len(counts) + 1)), "not executed in order from a fresh kernel"
    assert not [o for o in outputs(path) if o["output_type"] == "error"], "a saved error"
    assert not [o for o in outputs(path) if o.get("name") == "stderr"], "warnings or progress in the outputs"
    assert not re.search(r"/(root|home|tmp|usr|Users|content)/", printed(path)), "an absolute path"
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


@over(FIRST)
def test_figures_and_sliders_of_the_first_edition(path):
    assert len(outputs(path, "image/png", "image/svg+xml")) >= 4, "under four figures"
    assert outputs(path, WIDGET), "no slider"
    explores = [i for i, cell in enumerate(code(path)) if re.search(r"widgets\.\w+\(", source(cell))]
    saved = code(path)[explores[0] :]
    assert any("image/png" in o.get("data", {}) for cell in saved for o in cell["outputs"]), "no static strip"
    linked = re.search(r"!\[[^]]*\]\((?!data:|attachment:)[^)]*\)", prose(path))
    assert not linked, "links an image file"
    assert path.stat().st_size < 1.5e6, "over 1.5 MB"


@over(PATHS)
def test_claims_are_tagged_and_enough(path):
    cells = [cell for cell in code(path) if re.search(r"^\s*claim\(", source(cell), re.MULTILINE)]
    untagged = [source(c) for c in cells if "nbval-check-output" not in c["metadata"].get("tags", [])]
    assert not untagged, f"claim cells without the tag nbval-check-output: {untagged}"
    said = re.findall(r"^✓ .+ \(measured .+\)$", printed(path), re.MULTILINE)
    assert len(said) >= (5 if path in FIRST else 3), f"only {len(said)} claims"


@over(PATHS)
def test_exercises_have_stubs_and_solutions(path):
    stubs = [cell for cell in code(path) if re.search(r"exercises\.check_\w+\(", source(cell))]
    fewest = 0 if path in DEEPER else 2
    assert fewest <= len(stubs) <= 4, f"{len(stubs)} exercises, wanted {fewest} to 4"
    assert all("return ..." in source(cell) for cell in stubs), "an exercise that is not a stub"
    assert printed(path).count("Not attempted yet") == len(stubs)
    assert prose(path).count("<details><summary>Solution") == len(stubs), "an exercise without its solution"


@over(PATHS)
def test_taught_code_is_shipped_code(path):
    def bare(text):
        tree = ast.parse(textwrap.dedent(text))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        return ast.unparse(tree.body).replace("torch.nn.", "nn.")

    for cell in code(path):
        for tag in cell["metadata"].get("tags", []):
            if tag.startswith("taught:"):
                module, name = tag.removeprefix("taught:").rsplit(".", 1)
                shipped = inspect.getsource(getattr(importlib.import_module(module), name))
                assert bare(source(cell)) == bare(shipped), f"{tag} differs from the helper"


@over(PATHS)
def test_links_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:|#)([^)]+)\)", prose(path))
    gone = [target for target in targets if not (path.parent / target).exists()]
    assert not gone, f"dead links: {gone}"


@over(PATHS)
def test_repository_is_the_one_in_pyproject(path):
    named = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["series"]["repository"]
    assert f'REPO = "{named}"' in source(code(path)[0])


def cells(path):
    return read(path)["cells"]


def moving(cell):
    """Does this cell's saved output move: a slider of the kernel, an explorer in the page?"""
    data = [output.get("data", {}) for output in cell.get("outputs", [])]
    return any(WIDGET in d or "<script" in "".join(d.get("text/html", "")) for d in data)


@over(MAIN + DEEPER)
def test_title_cell(path):
    first = source(cells(path)[0])
    wanted = {
        "a title": r"^# \d+ · ",
        "one question in bold": r"\n\n\*\*[^*]+\?\*\*\n",
        "what is needed before": r"\*You need:\*",
        "minutes": r"\*Minutes:\*",
        "links to the notebooks before and after it": r"Before: .*Next: ",
        "the mark where the Colab link goes": rf"<!-- colab notebooks/{path.name} -->",
        "what the reader can do afterwards": r"After this notebook you can\n" if path in MAIN else "",
    }
    missing = [what for what, pattern in wanted.items() if not re.search(pattern, first, re.DOTALL)]
    assert not missing, f"the title cell lacks {', '.join(missing)}"


@over(MAIN)
def test_main_path(path):
    places = [i for i, cell in enumerate(cells(path)) if moving(cell)]
    assert places and places[0] <= 10, f"the first slider is in cell {places[:1]}, not among the first ten"
    assert len(cells(path)) <= 66, f"{len(cells(path))} cells"
    assert len(prose(path).split()) <= 2300, f"{len(prose(path).split())} words"
    assert len(outputs(path, "image/png", "image/svg+xml")) >= 4, "under four figures"
    headings = re.findall(r"^## (?:\d+ · )?(.+)$", prose(path), re.MULTILINE)
    wanted = ["Pitfall", "Exercises", "Summary"]
    assert not [name for name in wanted if not any(h.startswith(name) for h in headings)], headings
    companion = path.with_name(f"{path.stem}_deeper.ipynb")
    assert not companion.exists() or f"({companion.name})" in prose(path), "no link to its companion"


@over(DEEPER)
def test_companion(path):
    assert len(cells(path)) <= 95, f"{len(cells(path))} cells"
    main = path.name.replace("_deeper", "")
    assert f"({main})" in source(cells(path)[0]), "no link back to its notebook"


@over(MAIN + DEEPER)
def test_summary_and_sources(path):
    summary = re.split(r"^## Summary$", prose(path), flags=re.MULTILINE)[1]
    assert len(re.findall(r"^\d\. ", summary, re.MULTILINE)) == 5, "the summary has five lines"
    assert re.search(r"Sources?: .*\(\d{4}", summary, re.DOTALL), "no sources with years at the end"


@over(MAIN + DEEPER)
def test_cells_of_checks_are_folded(path):
    for cell in code(path):
        if re.search(r"^\s*claim\(", source(cell), re.MULTILINE):
            folded = "hide-input" in cell["metadata"].get("tags", [])
            assert folded and cell["metadata"].get("jupyter", {}).get("source_hidden"), source(cell)


@over(MAIN + DEEPER)
def test_no_stubs_and_no_linked_images(path):
    stubs = [source(c) for c in cells(path) if c["cell_type"] == "markdown" and len(source(c).split()) < 6]
    assert not stubs, f"cells with fewer than six words: {stubs}"
    assert not re.search(r"!\[[^]]*\]\((?!data:|attachment:)[^)]*\)", prose(path)), "links an image file"


@over(MAIN + DEEPER)
def test_size(path):
    limit = 4 if path.stem[:2] in ("00", "10") else 3
    assert path.stat().st_size < limit * 2**20, f"over {limit} MB"


@over(MAIN + DEEPER)
def test_claims_of_the_first_edition_are_accounted_for(path):
    """tests/claims_ledger.csv says of each claim of a rewritten notebook where it went; the place exists.

    `where` is a notebook, a file of tests or "dropped"; `now` the check's sentence or the test's name.
    """
    with open(ROOT / "tests" / "claims_ledger.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["notebook"].startswith(path.stem[:2])]
    assert rows, "no row in the ledger"
    for row in rows:
        texts = [printed(p) for p in PATHS if p.stem == row["where"]]
        if re.fullmatch(r"tests/test_\w+\.py", row["where"]):
            texts = [(ROOT / row["where"]).read_text(encoding="utf-8")]
        assert texts or (row["where"] == "dropped" and row["why"]), row
        if texts:
            gone = [claim for claim in row["now"].split(" | ") if claim not in texts[0]]
            assert not gone, f"not found in {row['where']}: {gone}"

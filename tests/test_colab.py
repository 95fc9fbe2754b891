"""The first cell on Colab, played here with a stand-in, and the stamp that it needs."""

import importlib.metadata
import os
import re
import runpy
import shutil
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers import colab

ROOT = Path(__file__).resolve().parent.parent
stamp = runpy.run_path(str(ROOT / ".github" / "stamp.py"))["stamp"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAME = "owner/name"
STAND_IN = """
import sys, types
for name in ("google", "google.colab"):
    sys.modules[name] = types.ModuleType(name)
"""


def repository(root):
    """The name that pyproject.toml keeps."""
    return tomllib.loads((root / "pyproject.toml").read_text())["tool"]["series"]["repository"]


def cells(path):
    """The sources of a notebook's code cells."""
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def contents(root):
    """Every file under a folder, as bytes."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def project(tmp_path):
    """The working tree without what git ignores."""
    listed = subprocess.check_output(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True)
    for name in filter(lambda name: (ROOT / name).is_file(), listed.splitlines()):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "project" / name)
    return tmp_path / "project"


def test_stamp(project):
    before = contents(project)
    was = repository(project)
    stamp(NAME, project)
    stamped = contents(project)
    assert repository(project) == NAME
    for path in NOTEBOOKS:
        link = f"https://colab.research.google.com/github/{NAME}/blob/main/notebooks/{path.name}"
        assert f"[Open in Colab]({link})" in (project / "notebooks" / path.name).read_text()
        assert f'REPO = "{NAME}"' in cells(project / "notebooks" / path.name)[0]
    assert f"/{NAME}/blob/main/notebooks/00_start_here.ipynb)" in (project / "README.md").read_text()
    stamp(NAME, project)
    assert contents(project) == stamped
    stamp(was, project)
    assert contents(project) == before


def test_unstamped_shows_no_link(project):
    stamp("", project)
    for path in [project / "README.md", *(project / "notebooks").glob("*.ipynb")]:
        assert "colab.research.google.com" not in path.read_text()


@pytest.mark.parametrize(
    "name", ["nonsense", "https://github.com/owner/name", "owner/name/", "owner/name.git", "a b/c"]
)
def test_stamp_wants_owner_and_name(project, name):
    before = contents(project)
    with pytest.raises(ValueError, match="owner/name"):
        stamp(name, project)
    assert contents(project) == before


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_has_the_name_of_pyproject(notebook):
    assert re.findall(r'^REPO = "(.*?)"', cells(notebook)[0], re.MULTILINE) == [repository(ROOT)]


def play(folder, sources, origin, done=lambda cell: False):
    """Run cells in a new kernel that takes itself for Colab's, in a folder, until one is `done`.

    origin: the git repository that stands for https://github.com/owner/name. Returns the cells run.
    """
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in [STAND_IN, *sources]])
    environment = os.environ | {
        "PYTHONPATH": str(ROOT / "tests" / "offline"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{origin}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"https://github.com/{NAME}",
    }
    client = NotebookClient(book, resources={"metadata": {"path": str(folder)}}, kernel_name="python3")
    with client.setup_kernel(env=environment):
        for index, cell in enumerate(book.cells):
            client.execute_cell(cell, index)
            if done(cell):
                break
    return book.cells[: index + 1]


def sliders(cell):
    """Does the cell show an explorer?"""
    return any("Explorer:" in output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def test_colab_clones_once_and_shows_the_first_slider(project, tmp_path):
    stamp(NAME, project)
    for command in ("init -q", "add -A", "-c user.name=t -c user.email=t@localhost commit -q -m all"):
        subprocess.run(["git", *command.split()], cwd=project, check=True)
    empty = tmp_path / "content"
    empty.mkdir()
    first, *others = cells(project / "notebooks" / "00_start_here.ipynb")
    assert sliders(play(empty, [first, *others], project, done=sliders)[-1])
    assert (empty / "series" / ".git").is_dir()

    where = "import helpers; print(helpers.__file__)"  # a restarted runtime cannot and need not clone again
    played = play(empty, [first, where], tmp_path / "gone")
    assert played[-1].outputs[0].text.strip() == str(empty / "series" / "helpers" / "__init__.py")


def test_unstamped_colab_says_what_to_do(project, tmp_path):
    stamp("", project)
    with pytest.raises(CellExecutionError, match="make colab REPO=owner/name") as caught:
        play(tmp_path, cells(project / "notebooks" / "00_start_here.ipynb")[:1], project)
    assert caught.value.ename == "AssertionError"


def test_colab_installs_what_it_lacks_but_never_torch(monkeypatch):
    assert colab.lacking() == []

    def absent(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    lacking = colab.lacking()
    assert any(line.startswith("scikit-learn==") for line in lacking)
    assert not any(line.startswith("torch") for line in lacking)

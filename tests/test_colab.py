"""The first cell, on Colab (played here with a stand-in) and of a notebook alone; the stamp that it needs."""

import importlib.metadata
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

from helpers import colab

ROOT = Path(__file__).resolve().parent.parent
stamp = runpy.run_path(str(ROOT / ".github" / "stamp.py"))["stamp"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
NAME = "owner/name"
STAND_IN = """
import sys, types
for name in ("google", "google.colab"):
    sys.modules[name] = types.ModuleType(name)
"""


def repository(root):
    """The name that pyproject.toml keeps."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["series"]["repository"]


def cells(path):
    """The sources of a notebook's code cells."""
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def contents(root):
    """Every file under a folder, as bytes, except git's."""
    files = [path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path: path.read_bytes() for path in files}


@pytest.fixture
def project(tmp_path):
    """A copy of the series, with nothing that is made in its folder by running it."""
    made = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", ".ipynb_checkpoints")
    return shutil.copytree(ROOT, tmp_path / "project", ignore=made)


def test_stamp(project):
    before = contents(project)
    was = repository(project)
    stamp(NAME, project)
    stamped = contents(project)
    assert repository(project) == NAME
    for path in NOTEBOOKS:
        link = f"https://colab.research.google.com/github/{NAME}/blob/main/notebooks/{path.name}"
        text = (project / "notebooks" / path.name).read_text("utf-8")
        assert f"[Open in Colab]({link})" in text
        assert f"[On the website](https://owner.github.io/name/{path.stem}.html)" in text
        assert f'REPO = "{NAME}"' in cells(project / "notebooks" / path.name)[0]
    readme = (project / "README.md").read_text("utf-8")
    assert f"/{NAME}/blob/main/notebooks/00_start_here.ipynb)" in readme
    assert "on the website](https://owner.github.io/name/)" in readme
    korean = (project / "notebooks" / "ko" / "10_vae.ipynb").read_text("utf-8")
    assert f"/{NAME}/blob/main/notebooks/ko/10_vae.ipynb)" in korean
    assert "(https://owner.github.io/name/ko/10_vae.html)" in korean
    stamp(NAME, project)
    assert contents(project) == stamped
    stamp(was, project)
    assert contents(project) == before


def test_unstamped_shows_no_link(project):
    stamp("", project)
    for path in [project / "README.md", *(project / "notebooks").rglob("*.ipynb")]:
        text = path.read_text("utf-8")
        assert "colab.research.google.com" not in text and "github.io/name" not in text


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


def test_colab_clones_once_and_shows_the_first_slider(project, tmp_path, git):
    stamp(NAME, project)
    commit(git, project)
    empty = tmp_path / "content"
    empty.mkdir()
    first, *others = cells(project / "notebooks" / "00_start_here.ipynb")
    assert sliders(play(empty, [first, *others], project, done=sliders)[-1])
    assert (empty / "series" / ".git").is_dir()

    where = "import helpers; print(helpers.__file__)"  # a restarted runtime cannot and need not clone again
    played = play(empty, [first, where], tmp_path / "gone")
    assert played[-1].outputs[0].text.strip() == str(empty / "series" / "helpers" / "__init__.py")


def commit(git, folder):
    """Make a repository of a folder, with one commit on its branch main."""
    for command in ("init -q", "checkout -q -b main", "add -A", "commit -q -m all"):
        git(folder, *command.split())


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """Run a notebook's set-up cell in an empty folder, as often as there are preparations, in one Python.

    Returns what was said, and how often git was called. The stand-in for git makes the helpers if it is asked
    for the right repository and the folder `online` exists.
    """
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(f"""#!/bin/sh
echo "$@" >> calls
[ -d online ] && [ "$5" = https://github.com/{NAME} ] && mkdir -p "$6/helpers" && touch "$6/helpers/claims.py"
""", "utf-8")  # fmt: skip
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}{os.pathsep}{os.environ['PATH']}")
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)

    def run(repo, *runs):
        set_up = cells(NOTEBOOKS[0])[0].split("from helpers")[0] + "import helpers.claims"
        set_up = re.sub(r'^REPO = ".*?"', f'REPO = "{repo}"', set_up, flags=re.MULTILINE)
        code = f"""import os, sys
for prepare in sys.argv[1:]:
    exec(prepare)
    try:
        exec({set_up!r})
    except AssertionError as error:
        print(error)
    import wave  # any module: Python looks for it wherever sys.path says, and remembers what is not there
"""
        python = [sys.executable, "-I", "-c", code, *runs]
        said = subprocess.run(python, cwd=folder, capture_output=True, text=True)
        calls = folder / "calls"
        return said.stdout + said.stderr, len(calls.read_text("utf-8").splitlines()) if calls.exists() else 0

    return run


NOTHING, ONLINE = "", "os.mkdir('online')"
SENTENCE = "This notebook needs the rest of its series: git clone -q --depth 1 https://github.com/{} series\n"


def test_a_notebook_alone_clones_once(alone):
    assert alone(NAME, ONLINE, NOTHING) == ("", 1)


def test_a_notebook_alone_says_how_to_get_the_series(alone):
    assert alone(NAME, NOTHING) == (SENTENCE.format(NAME), 1)


def test_a_notebook_alone_goes_on_once_the_network_is_there(alone):
    assert alone(NAME, NOTHING, ONLINE) == (SENTENCE.format(NAME), 2)


def test_an_unstamped_notebook_alone_clones_nothing(alone):
    assert alone("", ONLINE) == (SENTENCE.format("OWNER/NAME"), 0)


@pytest.mark.parametrize("home", [".", "..", "../..", "series"])
def test_a_notebook_beside_its_helpers_clones_nothing(alone, home):
    made = f"os.makedirs('{home}/helpers'); open('{home}/helpers/claims.py', 'w').close(); {ONLINE}"
    assert alone(NAME, made) == ("", 0)


@pytest.mark.parametrize("home", ["..", "series"])
def test_other_helpers_are_not_taken_for_those_of_the_series(alone, home):
    assert alone("", f"os.makedirs('{home}/helpers')") == (SENTENCE.format("OWNER/NAME"), 0)


def test_the_first_push_stamps_the_name_and_the_second_nothing(tmp_path, git):
    """The workflow's own commands, in a clone as GitHub makes it."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "stamp.yml").read_text("utf-8"))
    assert workflow[True] == {"push": {"branches": ["main"]}}  # YAML takes `on` for true
    assert workflow["permissions"] == {"contents": "write"}
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    for name in ("pyproject.toml", "README.md", ".github/stamp.py", "notebooks/08_elbo.ipynb"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "project" / name)
    stamp("", tmp_path / "project")
    commit(git, tmp_path / "project")
    git(tmp_path, "clone", "-q", "--bare", "project", "origin")
    for i, named in enumerate([NAME, NAME, "other/fork"]):
        git(tmp_path, "clone", "-q", "--depth", "1", (tmp_path / "origin").as_uri(), f"push{i}")
        for command in commands:
            subprocess.run(["bash", "-e", "-c", command], cwd=tmp_path / f"push{i}", check=True,
                           env=os.environ | {"GITHUB_REPOSITORY": named})  # fmt: skip
        git(tmp_path, "clone", "-q", "origin", f"pushed{i}")
        assert repository(tmp_path / f"pushed{i}") == named
        assert f'REPO = "{named}"' in cells(tmp_path / f"pushed{i}" / "notebooks" / "08_elbo.ipynb")[0]
    log = subprocess.check_output(["git", "log", "--format=%s"], cwd=tmp_path / "origin", text=True)
    assert len(log.splitlines()) == 3, log


def test_colab_installs_what_it_lacks_but_never_torch(monkeypatch):
    assert colab.lacking() == []

    monkeypatch.setattr(importlib.metadata, "distributions", lambda name: iter([]))
    lacking = colab.lacking()
    assert any(line.startswith("scikit-learn==") for line in lacking)
    assert not any(line.startswith("torch") for line in lacking)

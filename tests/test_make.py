"""make, with a Python that only notes its calls: what readers are told, and that no failure hides another."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = {"PYTHONPATH": "elsewhere", "PYTHONIOENCODING": "cp949", "PIP_USER": "1", "PYTEST_ADDOPTS": "-x"}
CLEAN = "|||1|0|"  # what is left of them, with UTF-8 mode on
STANDS_IN = {
    "id": "echo 1000",
    "uname": "echo Linux",
    "python3": """case "$*" in
      *sys.version_info*) exit {wrong};;
      *platform.system*) echo "{platform}";;
      -V) echo "Python 3.9.2";;
      *"import ensurepip"*) exit {lacks_venv};;
      *"pip -q show torch"*) exit {lacks_torch};;
      *) echo "$*|$PYTHONPATH|$PYTHONIOENCODING|$PYTHONUTF8|$PIP_USER|$PYTEST_ADDOPTS" >> log;;
    esac
    case "$*" in {fails}) exit 1;; *"venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python;; esac""",
}


@pytest.fixture
def make(tmp_path):
    """Run make in a folder with a space and a letter that is not ASCII: its status, words, Python's calls."""
    folder = tmp_path / "my séries"
    for name in ("Makefile", "requirements.txt", "tests/colab.txt", "website/requirements.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("cp", "grep", "mkdir", "sh", "touch"):
        (folder / "bin").mkdir(exist_ok=True)
        (folder / "bin" / name).symlink_to(shutil.which(name))

    def run(target, ready=False, **facts):
        usual = {"platform": "Linux x86_64", "fails": "''"} | dict(wrong=0, lacks_venv=0, lacks_torch=1)
        for name, text in STANDS_IN.items():
            (folder / "bin" / name).write_text("#!/bin/sh\n" + text.format(**usual | facts), "utf-8")
            (folder / "bin" / name).chmod(0o755)
        for name in (".venv", ".venv/colab", ".venv/site") if ready else ():
            (folder / name / "bin").mkdir(parents=True)
            shutil.copy(folder / "bin" / "python3", folder / name / "bin" / "python")
            (folder / name / "ready").touch()
        environment = os.environ | HOSTILE | {"PATH": str(folder / "bin"), "MAKEFLAGS": ""}
        done = subprocess.run([shutil.which("make"), target], cwd=folder, env=environment, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
        calls = (folder / "log").read_text("utf-8").splitlines() if (folder / "log").exists() else []
        return done.returncode, done.stdout, calls

    return run


def test_an_early_failure_hides_nothing(make):
    status, said, calls = make("test", ready=True, fails="*ruff*|*test_browser.py*explorers*")
    parts = ["ruff check", "tests/test_widgets.py", "pytest tests/test_browser.py",
             "website/build.py", "tests/test_site.py", "--nbval-lax"]  # fmt: skip
    assert len(calls) == 6 and all(part in call for part, call in zip(parts, calls, strict=True)), calls
    assert status and "make test: failed: test-style test-browser test-notebooks" in said
    assert [call for call in calls if call.endswith(CLEAN)] == calls[:5]  # the last refuses the network
    assert "my séries/tests/offline|" in calls[5]


def test_make_test_succeeds_if_all_parts_do(make):
    assert make("test", ready=True)[0] == 0


def test_a_wrong_python_is_named_with_the_right_ones(make):
    status, said, calls = make("lab", wrong=1)
    assert status and "3.14 is needed, and here is Python 3.9.2: install Python 3.13" in said and not calls


def test_an_intel_mac_is_told_before_the_download(make):
    status, said, calls = make("lab", platform="Darwin x86_64")
    assert status and "Intel Mac" in said and "Colab" in said and not calls


def test_a_python_without_venv_is_told_its_package(make):
    status, said, calls = make("lab", lacks_venv=1)
    assert status and "install python3-venv" in said and not calls


def test_linux_without_a_gpu_is_told_before_the_download(make):
    status, said, calls = make("lab")
    assert status == 0 and re.search(r"CUDA.*torch==[\d.]+ with .*pip install -q -r", said, re.DOTALL), said
    assert [call.split("|")[0].split()[1] for call in calls] == ["venv", "pip", "import", "helpers.lab"]
    assert all(call.endswith(CLEAN) for call in calls)


def test_linux_with_the_small_torch_is_told_nothing(make):
    assert "CUDA" not in make("lab", lacks_torch=0)[1]


def test_one_range_of_pythons_everywhere():
    texts = {name: (ROOT / name).read_text("utf-8") for name in ("Makefile", "README.md", "pyproject.toml")}
    least, below = re.search(r"\((3, \d+)\) <= sys.version_info < \((3, \d+)\)", texts["Makefile"]).groups()
    low, high = (int(version.split(", ")[1]) for version in (least, below))
    wanted = tomllib.loads(texts["pyproject.toml"])["project"]["requires-python"]
    assert wanted == f">=3.{low},<3.{high}"
    assert f"Python 3.{low} to 3.{high - 1}" in texts["README.md"]
    assert f"Python 3.{low} to 3.{high - 1}" in texts["Makefile"]

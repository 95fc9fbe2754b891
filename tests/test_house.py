"""The house: one list of pins, thin helpers in layers, data as its README says."""

import hashlib
import importlib.metadata
import re
from pathlib import Path

from helpers import data

ROOT = Path(__file__).resolve().parent.parent
LAYERS = "data models metrics training style diagrams plots claims exercises explorers widgets".split()


def pins():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_requirement_is_pinned_and_installed():
    for line in pins():
        name, version = line.split("==")
        assert importlib.metadata.version(name).split("+")[0] == version


def test_environment_is_python_and_the_same_pins():
    text = (ROOT / "environment.yml").read_text()
    items = [item.strip("- ") for item in re.findall(r"^ +- .+$", text, re.MULTILINE)]
    assert items == ["conda-forge", "python=3.11", "pip", "pip:", "r requirements.txt"]


def test_helpers_are_thin():
    sizes = {path: len(path.read_text().splitlines()) for path in (ROOT / "helpers").rglob("*.py")}
    fat = [path.name for path, lines in sizes.items() if lines > 250]
    assert not fat, f"over 250 lines: {fat}"
    assert sum(lines for path, lines in sizes.items() if path.parent.name != "exercises") < 2000


def test_helpers_import_only_from_above():
    for i, name in enumerate(LAYERS):
        folder = ROOT / "helpers" / name
        for path in folder.glob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]:
            used = re.findall(r"from helpers(?:\.(\w+))? import (.+)", path.read_text())
            names = {name for module, imported in used for name in (module or imported).split(", ")}
            assert names <= set(LAYERS[: i + folder.is_dir()]), f"{path.name} imports {names}"


def test_data_readme_tells_the_truth():
    readme = (ROOT / "data" / "README.md").read_text()
    for name, checksum in data.SHA256.items():
        (path,) = data.FOLDER.rglob(name)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == checksum
        assert f"| {name} | `{checksum}` |" in readme


def test_files_are_read_and_written_in_one_encoding():
    """Python's default is the system's: cp1252 on Windows, cp949 in Korea."""
    for path in [p for part in ("helpers", "recipes", ".github") for p in (ROOT / part).rglob("*.py")]:
        calls = re.findall(r"\.(?:read|write)_text\(.*", path.read_text("utf-8"))
        assert all("utf-8" in call for call in calls), f"{path.name}: {calls}"

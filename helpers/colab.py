"""Colab: install what it lacks."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def lacking():
    """The notebooks' requirements (first block of requirements.txt) not installed here, never torch."""
    block = (ROOT / "requirements.txt").read_text("utf-8").split("\n\n")[0]
    missing = []
    for line in re.findall(r"^[\w-]+==.+$", block, re.MULTILINE):
        try:
            importlib.metadata.version(line.split("==")[0])
        except importlib.metadata.PackageNotFoundError:
            missing.append(line)
    return [line for line in missing if not line.startswith("torch==")]


def install():
    """Install what this Colab lacks, if anything."""
    if missing := lacking():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", *missing], check=True)

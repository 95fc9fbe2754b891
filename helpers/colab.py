"""Colab: install what it lacks."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"


def lacking():
    """The notebooks' requirements (first block of requirements.txt) not installed here, never torch."""
    block = REQUIREMENTS.read_text("utf-8").split("\n\n")[0]
    lines = re.findall(r"^(?!torch)[\w-]+==.+$", block, re.MULTILINE)
    return [line for line in lines if not any(importlib.metadata.distributions(name=line.split("==")[0]))]


def install():
    """Install what this Colab lacks, if anything."""
    if missing := lacking():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", *missing], check=True)

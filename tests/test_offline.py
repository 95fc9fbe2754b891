"""The network is refused where `make test` runs the notebooks, and nbval compares their claims."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
OFFLINE = os.environ | {"PYTHONPATH": str(ROOT / "tests" / "offline")}
REFUSED = "The tests run without the network"


def run(*command, **options):
    """Run a command; returns all that it wrote."""
    done = subprocess.run(*command, capture_output=True, text=True, timeout=120, **options)
    return done.stdout + done.stderr


def python(code):
    """Run code in a Python without network; returns all that it wrote."""
    return run([sys.executable, "-c", code], env=OFFLINE)


@pytest.mark.parametrize(
    "call",
    [
        "urllib.request.urlopen('https://example.org', timeout=5)",
        "urllib.request.build_opener(urllib.request.ProxyHandler({})).open('http://example.org', timeout=5)",
        "socket.create_connection(('192.0.2.1', 80), 5)",
        "socket.create_connection(('2001:db8::1', 80), 5)",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))",
        "subprocess.run([sys.executable, '-c', 'import socket; socket.gethostbyname(\"example.org\")'])",
    ],
)
def test_refused(call):
    assert REFUSED in python(f"import socket, subprocess, sys, urllib.request; {call}")


def test_git_is_refused(git):
    said = python("import subprocess as s; s.run(['git', 'ls-remote', 'https://github.com/owner/name'])")
    assert "127.0.0.1 port 9" in said


def test_loopback_works():
    code = """
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(("localhost", server.getsockname()[1]))
server.accept()[0].send(b"hello")
print(client.recv(5))
"""
    assert python(code) == "b'hello'\n"


CLAIM = "print('✓ two and two make four (measured 4.01)')"
ASK = """
import socket
try:
    socket.getaddrinfo("example.org", 80)
except OSError as error:
    print(error)
"""
CELLS = [
    (CLAIM, "✓ two and two make four (measured 4.01)\n"),
    (CLAIM, "✓ two and two make four (measured 3.99)\n"),
    (CLAIM, "✓ two and two make five (measured 4.01)\n"),
    (ASK, f"{REFUSED}: example.org is refused.\n"),
]


def test_nbval_compares_claims_but_not_what_was_measured_and_has_no_network(tmp_path):
    """Only the third cell's saved sentence is not the one printed: make test's own nbval line says so."""
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for count, (source, saved) in enumerate(CELLS, 1):
        cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["nbval-check-output"]})
        cell.execution_count, cell.outputs = count, [nbformat.v4.new_output("stream", text=saved)]
        book.cells.append(cell)
    nbformat.write(book, tmp_path / "tiny.ipynb")
    own = f"BIN={shlex.quote(str(Path(sys.executable).parent))}"
    plan = run(["make", "-n", "test-notebooks", own], cwd=ROOT)
    (line,) = re.findall(r"^(.*--nbval-lax.*) notebooks/", plan.replace("\\\n", ""), re.MULTILINE)
    said = run(f"{line} {shlex.quote(str(tmp_path))}", shell=True, cwd=ROOT)
    assert re.findall(r"^FAILED .*::Cell (\d+)", said, re.MULTILINE) == ["2"], said
    assert "1 failed, 3 passed" in said


def test_set_up_finds_the_helpers_from_the_korean_edition_too(tmp_path):
    notebook = json.loads((ROOT / "notebooks" / "10_vae.ipynb").read_text("utf-8"))
    set_up = next("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code")
    for name in ("helpers", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    for folder in ("notebooks", "notebooks/ko"):
        (tmp_path / folder).mkdir()
        subprocess.run([sys.executable, "-c", f"{set_up}\ndata.mnist('test')"], cwd=tmp_path / folder,
                       check=True, env=os.environ | {"PYTHONPATH": ""})  # fmt: skip

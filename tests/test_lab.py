"""`make lab` opens JupyterLab on the first notebook: on this machine only, and only with the token."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = r"http://localhost:(\d+)/lab/tree/(notebooks/00_start_here\.ipynb)\?token=(\w+)\n"


@pytest.fixture
def opened(tmp_path):
    """What `make lab` has the browser open while port 8888 is taken: port, the notebook's path, token."""
    browser, address, log = tmp_path / "browser", tmp_path / "address", tmp_path / "log"
    browser.write_text(f'#!/bin/sh\necho "$@" > "{address}"\n', "utf-8")
    browser.chmod(0o755)
    environment = {f"JUPYTER_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "DATA", "RUNTIME")}
    environment["BROWSER"] = str(browser)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # taken already
            stack.enter_context(socket.create_server(("127.0.0.1", 8888)))
        out = stack.enter_context(open(log, "w"))
        make = subprocess.Popen(["make", "lab"], cwd=ROOT, env=os.environ | environment, stdout=out,
                                stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while not address.exists() or not (found := address.read_text("utf-8")):
                assert make.poll() is None and time.monotonic() < deadline, log.read_text("utf-8")
                time.sleep(0.2)
            assert re.fullmatch(ADDRESS, found), found
            yield re.fullmatch(ADDRESS, found).groups()
        finally:
            if make.poll() is None:
                os.killpg(make.pid, signal.SIGTERM)
                make.wait(30)


def status(url):
    """The number with which the server answers a request for this address."""
    try:
        return urllib.request.urlopen(url, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def test_make_lab(opened):
    port, notebook, token = opened
    contents = f"http://localhost:{port}/api/contents"
    assert port != "8888"
    assert status(contents) == 403
    assert status(f"{contents}?token=wrong") == 403
    assert status(f"{contents}?token={token}") == 200
    assert status(f"{contents}/{notebook}?content=0&token={token}") == 200
    with pytest.raises(OSError):  # on Linux 127.0.0.2 answers if all addresses do
        socket.create_connection(("127.0.0.2", int(port)), timeout=5)

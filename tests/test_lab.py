"""`make lab` opens JupyterLab on the first notebook: on this machine only, and only with the token."""

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
ADDRESS = r"http://[^/\s]+:(\d+)/lab/tree/(\S*00_start_here\.ipynb)(?:\?token=(\w+))?"


@pytest.fixture
def opened(tmp_path):
    """What `make lab` opens in the browser: the port, the notebook's path, the token."""
    browser, page, log = tmp_path / "browser", tmp_path / "page.html", tmp_path / "log"
    browser.write_text(f'#!/bin/sh\ncp "${{1#file://}}" {page}\n')
    browser.chmod(0o755)
    environment = {f"JUPYTER_{part}_DIR": str(tmp_path / part) for part in ("CONFIG", "DATA", "RUNTIME")}
    environment["BROWSER"] = str(browser)
    with open(log, "w") as out:
        make = subprocess.Popen(["make", "lab"], cwd=ROOT, env=os.environ | environment, stdout=out,
                                stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while not page.exists() or not (found := re.search(ADDRESS, page.read_text())):
            assert make.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield found.groups()
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
    assert status(contents) == 403
    assert status(f"{contents}?token=wrong") == 403
    assert status(f"{contents}?token={token}") == 200
    assert status(f"{contents}/{notebook}?content=0&token={token}") == 200
    with pytest.raises(ConnectionRefusedError):  # on Linux 127.0.0.2 answers if all addresses do
        socket.create_connection(("127.0.0.2", int(port)), timeout=5)

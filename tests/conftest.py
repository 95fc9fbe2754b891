"""For all tests: none of the reader's IPython profile or git settings. For the slider tests: a browser, a
JupyterLab, and a line for each notebook at the end of the run.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PROFILE = tempfile.TemporaryDirectory()
os.environ |= {"IPYTHONDIR": PROFILE.name, "GIT_CONFIG_GLOBAL": os.devnull}
CHROMIUM = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def launch(chromium):
    """The first Chromium or Chrome that starts, headless; None if none does.

    chromium: playwright's browser type.
    """
    for path in filter(None, [*map(shutil.which, CHROMIUM), "chrome"]):
        where = {"channel": path} if path == "chrome" else {"executable_path": path}
        with contextlib.suppress(Error):  # a stub, such as Ubuntu's for snap
            return chromium.launch(**where, args=FLAGS)


@pytest.fixture(scope="session")
def browser():
    """One cache for all pages. Without a browser a test is skipped, or fails where REQUIRE_BROWSER is set."""
    with sync_playwright() as playwright:
        if not (browser := launch(playwright.chromium)):
            message = "No slider was moved: no Chromium or Chrome starts (Debian: apt-get install chromium)."
            pytest.fail(message) if os.environ.get("REQUIRE_BROWSER") else pytest.skip(message)
        yield browser.new_context()
        browser.close()


@pytest.fixture(scope="session")
def git():
    """Run git in a folder; without git the test is skipped."""
    if not shutil.which("git"):
        pytest.skip("git is not installed.")
    settings = "-c user.name=t -c user.email=t@localhost -c core.compression=0".split()
    return lambda folder, *command: subprocess.run(["git", *settings, *command], cwd=folder, check=True)


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy and offline: a function from a path to its address."""
    root = tmp_path_factory.mktemp("lab")
    for part in ("notebooks", "helpers"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
    (root / "data").symlink_to(ROOT / "data")
    settings = root / "CONFIG" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(SETTINGS), "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {f"JUPYTER_{part}_DIR": str(root / part) for part in ("CONFIG", "DATA", "RUNTIME")}
    environment |= {"PYTHONPATH": str(ROOT / "tests" / "offline")}
    command = [sys.executable, "-m", "helpers.lab", "--no-browser", "--expose-app-in-browser"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    with open(root / "log", "w") as log:
        server = subprocess.Popen(command, cwd=root, env=os.environ | environment, stdout=log, stderr=log)
    try:
        await_answer(server, f"http://127.0.0.1:{port}/api/status?token={token}", root / "log")
        yield lambda path: f"http://127.0.0.1:{port}/{path}?token={token}"
    finally:
        server.terminate()
        server.wait(30)


def await_answer(server, url, log):
    """Wait until the server answers, at most a minute."""
    for _ in range(240):
        time.sleep(0.25)
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            assert server.poll() is None, log.read_text()
    pytest.fail(f"JupyterLab does not answer:\n{log.read_text()}")


def pytest_terminal_summary(terminalreporter):
    """What the slider tests have measured, also where they pass."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        if line := dict(report.user_properties).get("sliders"):
            terminalreporter.write_line(line)

"""For the slider tests: a browser, a JupyterLab, and a line for each notebook at the end of the run."""

import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, one cache for all pages. Without one the test is skipped, or fails where
    REQUIRE_BROWSER is set.
    """
    names = "chromium", "chromium-browser", "google-chrome"
    path = next(filter(None, map(shutil.which, names)), None)
    if not path:
        message = "No slider was moved: no Chromium is installed (on Debian: apt-get install chromium)."
        pytest.fail(message) if os.environ.get("REQUIRE_BROWSER") else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser.new_context()
        browser.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy and offline: a function from a path to its address."""
    root = tmp_path_factory.mktemp("lab")
    for part in ("notebooks", "helpers"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_*"))
    (root / "data").symlink_to(ROOT / "data")
    settings = root / "CONFIG" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(SETTINGS))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    environment = {f"JUPYTER_{part}_DIR": str(root / part) for part in ("CONFIG", "DATA", "RUNTIME")}
    environment |= {"PYTHONPATH": str(ROOT / "tests" / "offline"), "IPYTHONDIR": str(root / "ipython")}
    plan = ["make", "-n", "lab", f"BIN={Path(sys.executable).parent}"]
    make = subprocess.check_output(plan, cwd=ROOT, text=True).splitlines()
    (command,) = [shlex.split(line) for line in make if "-m jupyterlab" in line]
    command = [part for part in command if not part.endswith(".ipynb")]
    command += ["--no-browser", "--expose-app-in-browser", f"--port={port}", "--ServerApp.port_retries=0",
                f"--IdentityProvider.token={token}"]  # fmt: skip
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

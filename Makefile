# make lab: the environment, then JupyterLab on the first notebook. make test: the environment, then every test.
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)

lab: .venv/ready
	$(BIN)/python -m jupyterlab --ip=localhost --ServerApp.kernel_websocket_connection_class=helpers.lab.LowLatencyChannel $(ROOT) notebooks/00_start_here.ipynb

test: .venv/ready .venv/colab/ready
	$(BIN)/python -m ruff check
	JUPYTER_PATH="$(CURDIR)/.venv/share/jupyter" .venv/colab/bin/python -m pytest tests/test_widgets.py tests/test_colab.py::test_colab_clones_once_and_shows_the_first_slider
	$(BIN)/python -m pytest tests/test_browser.py tests/test_explorers_page.py
	OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 PYTHONPATH="$(CURDIR)/tests/offline" $(BIN)/python -m pytest --nbval-lax --nbval-sanitize-with tests/measured.cfg \
	  -n 2 --dist loadfile --durations 10 $(shell ls -r notebooks/*.ipynb) tests --ignore tests/test_browser.py --ignore tests/test_explorers_page.py  # the long ones first

weights: .venv/ready  # trains every shipped model again: an hour or more
	$(BIN)/python -m recipes

colab:
	@[ "$(origin REPO)" != undefined ] || { echo "make colab REPO=owner/name"; exit 1; }
	$(PYTHON) .github/stamp.py "$(REPO)"

.venv/ready: requirements.txt
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11, 3.12 or 3.13 is needed (on Debian: apt-get install python3)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$(ROOT)" ] && apt-get update -qq && apt-get install -y -qq python3-venv; } \
	  || { echo "Python lacks venv: apt-get install python3-venv, then run make again."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -r requirements.txt
	$(BIN)/python -c 'import umap'  # compiles its loops, once: notebook 02 need not wait for it
	@touch $@

# An environment that sees the first one's packages, except those of tests/colab.txt, which are its own.
.venv/colab/ready: .venv/ready tests/colab.txt
	$(BIN)/python -m venv --clear .venv/colab
	.venv/colab/bin/python -m pip install -q --no-deps -r tests/colab.txt
	set -e; site='import sysconfig; print(sysconfig.get_path("purelib"))'; own=$$(.venv/colab/bin/python -c "$$site"); \
	  $(BIN)/python -c "$$site" > "$$own/first.pth"
	@touch $@

.PHONY: lab test weights colab

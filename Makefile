# make lab: the environment, then JupyterLab on the first notebook. make test: the environment, then every test.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -I -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
PARTS := style colab browser site notebooks

# Neither the reader's packages nor the reader's encoding: the ✓ of a claim must go through.
export PYTHONUTF8 := 1
export PIP_USER := 0
unexport PYTHONHOME PYTHONIOENCODING PYTHONPATH PYTHONWARNINGS PIP_PREFIX PIP_TARGET PYTEST_ADDOPTS PYTEST_PLUGINS

lab: .venv/ready
	$(BIN)/python -m helpers.lab

test: .venv/ready
	@failed=; for part in $(PARTS); do $(MAKE) --no-print-directory test-$$part || failed="$$failed test-$$part"; done; \
	  [ -z "$$failed" ] || { echo "make test: failed:$$failed (make runs each of them alone, too)"; exit 1; }

test-style: .venv/ready
	$(BIN)/python -m ruff check

test-colab: .venv/colab/ready
	JUPYTER_PATH="$(CURDIR)/.venv/share/jupyter" .venv/colab/bin/python -m pytest tests/test_widgets.py tests/test_colab.py::test_colab_clones_once_and_shows_the_first_slider

test-browser: .venv/ready
	$(BIN)/python -m pytest tests/test_browser.py tests/test_explorers_page.py

test-site: site
	.venv/site/bin/python -m pytest tests/test_site.py

test-notebooks: .venv/ready  # and all that is left
	OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 PYTHONPATH="$(CURDIR)/tests/offline" $(BIN)/python -m pytest --nbval-lax --nbval-sanitize-with tests/measured.cfg \
	  -n 2 --dist loadfile --durations 10 notebooks/[0-9]*.ipynb tests --ignore tests/test_browser.py --ignore tests/test_explorers_page.py --ignore tests/test_site.py

site: .venv/site/ready  # into _site, from the saved notebooks
	.venv/site/bin/python website/build.py

catalogues: .venv/site/ready  # website/po/ko, from the English text as it is now
	.venv/site/bin/python website/translate.py catalogues

ko: catalogues  # notebooks/ko, from the catalogues
	.venv/site/bin/python website/translate.py

weights: .venv/ready  # trains every shipped model again: an hour or more
	$(BIN)/python -m recipes

colab:
	@[ "$(origin REPO)" != undefined ] || { echo "make colab REPO=owner/name"; exit 1; }
	$(PYTHON) .github/stamp.py "$(REPO)"

.venv/ready: requirements.txt
	@[ "$(PYTHON)" ] || { echo "Python 3.11 to 3.14 is needed, and here is $$(python3 -V 2>/dev/null || echo none):" \
	  "install Python 3.13, from python.org or your system's packages, then run make again."; exit 1; }
	@case "$$($(PYTHON) -c 'import platform; print(platform.system(), platform.machine())')" in "Darwin x86_64") \
	  echo "This Python is made for Intel Macs, and PyTorch no longer is. On Apple silicon, install Python from python.org;" \
	  "on an Intel Mac, read the notebooks as saved, or run them on Colab or another computer."; exit 1;; esac
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq $(PYTHON)-venv; } \
	  || { echo "$(PYTHON) lacks venv, which is a package of its own on Debian and Ubuntu: install $(PYTHON)-venv, then run make again."; exit 1; }
	$(PYTHON) -m venv .venv
	@[ "$$(uname -s)" != Linux ] || command -v nvidia-smi >/dev/null || $(BIN)/python -m pip -q show torch 2>/dev/null \
	  || echo "No NVIDIA GPU is found, and pip's PyTorch for Linux brings CUDA: gigabytes. To have the smaller one for CPUs," \
	  "press Ctrl-C, install $$(grep ^torch== requirements.txt) with $(BIN)/pip as the selector on pytorch.org shows, then run make again."
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

# The website's environment, without PyTorch. axe-core, which tests how accessible the pages are, is npm's.
.venv/site/ready: website/requirements.txt requirements.txt
	$(PYTHON) -m venv --clear .venv/site
	.venv/site/bin/python -m pip install -q -r website/requirements.txt -c requirements.txt
	@command -v npm >/dev/null && npm install --silent --prefix .venv/site axe-core@4.11.0 \
	  || echo "npm is missing, or has no axe-core: the site is built, but its accessibility is not tested."
	@touch $@

.PHONY: lab test $(PARTS:%=test-%) site catalogues ko weights colab

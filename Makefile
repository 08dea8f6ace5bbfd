# Two commands for a newcomer: `make demo` and `make test`. Everything they need goes into .venv, nothing anywhere else.
# Another interpreter: make PYTHON=python3.12 demo

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests start Python a hundred times: what it compiled is kept (git ignores it) even where an environment says not to.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SOURCES := src tests tools benchmarks docs

.DEFAULT_GOAL := help
.PHONY: help setup demo test thorough lint format bench bench-planner bench-hedging bench-optima bench-scale bench-paths bench-imports bench-desk outlook docs build clean

help: ## Print what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## Create .venv with everything for use and development

demo: $(VENV)/.runtime ## Plan the bundled carmaker and write its playbook
	@$(BIN)/roadstead demo

test: lint ## Check style, types and import contracts, then run the tests
	@$(PYTEST)

thorough: setup ## Run the tests, on ten times as many examples of properties that name no number
	@ROADSTEAD_EXAMPLES=thorough $(PYTEST)

lint: setup ## Check style, formatting, import contracts and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

format: setup ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: $(VENV)/.bench ## Time each stage and measure memory; `make bench WRITE=1` renews docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(if $(WRITE),--write)

bench-planner: setup ## Time the planner on frozen instances beside HiGHS; `SIZE=medium`, `SEEDS=1`, `JSON=1`
	@$(BIN)/python -m benchmarks.planner $(if $(SIZE),--size $(SIZE)) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(JSON),--json)

bench-hedging: $(VENV)/.hedging ## Time the planner beside progressive hedging of mpi-sppy; `SEEDS=5`, `SECONDS=600`, `SETTING=all`, `JSON=1`
	@$(BIN)/python -m benchmarks.hedging $(if $(SEEDS),--seeds $(SEEDS)) $(if $(SECONDS),--seconds $(SECONDS)) \
		$(if $(SETTING),--setting $(SETTING)) $(if $(JSON),--json)

bench-optima: setup ## Hold the planner against published optima; `FOLDER=` with files of the OR-Library and optima.csv
	@$(BIN)/python -m benchmarks.facilities $(FOLDER)

bench-scale: setup ## Measure a round of node-year programs through Dask beside processes, and estimate more hands; `SIZE=medium`
	@$(BIN)/python -m benchmarks.scale $(if $(SIZE),--size $(SIZE))

bench-paths: setup ## Time the drawing of joint paths beside plain Python; `PATHS=100000`, `PLAIN=200`
	@$(BIN)/python -m benchmarks.paths $(if $(PATHS),--paths $(PATHS)) $(if $(PLAIN),--plain $(PLAIN))

bench-desk: setup ## Time the web desk: ready, first progress, report, every page of a stored run; `ONLY=starter`
	@$(BIN)/python -m benchmarks.desk $(if $(ONLY),--only $(ONLY))

bench-imports: setup ## Import a made year of trade in BACI's layout and measure its memory; `ROWS=20000000`, `MOST=2.0` gigabytes
	@$(BIN)/python -m benchmarks.imports $(if $(ROWS),--rows $(ROWS)) $(if $(MOST),--most $(MOST))

outlook: setup ## Measure every table of docs/outlook.md again; `MONTHLY=FILE EDITIONS=FILE` for two of them, `WRITE=1` renews the page
	@$(BIN)/python tools/outlook_report.py $(if $(MONTHLY),--monthly $(MONTHLY)) $(if $(EDITIONS),--editions $(EDITIONS)) $(if $(WRITE),--write)

docs: setup ## Build the documentation into docs/_build/html
	@$(BIN)/python tools/build_docs.py
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

build: setup ## Build the wheel and the source archive into dist
	@$(BIN)/python -m build --no-isolation

clean: ## Remove what was built, the caches and .venv; runs are kept
	@rm -rf $(VENV) build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@command -v $(PYTHON) >/dev/null || { echo "Roadstead needs Python 3.11 or newer; there is no $(PYTHON) here." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Roadstead needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || { \
		echo "$(PYTHON) could not make an environment. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing Roadstead and what it runs on ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.made pyproject.toml constraints.txt
	@echo "Installing Roadstead with its tools for development ..."
	@$(INSTALL) --editable ".[dev]"
	@touch $(VENV)/.runtime $@

$(VENV)/.bench: $(VENV)/.dev
	@echo "Installing what the benchmarks are set beside ..."
	@$(INSTALL) --editable ".[dev,bench]"
	@touch $@

$(VENV)/.hedging: $(VENV)/.dev
	@echo "Installing mpi-sppy, Pyomo and MPI ..."
	@$(INSTALL) --editable ".[dev,hedging]"
	@touch $@

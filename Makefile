# make run    set up, run the baseline (free from 1992, then on the documented history to
#             2022), name the reports to open
# make test   set up, run the tests (make test-long: the longer ones, of statistics, of
#             commands that are killed, of whole reports, of the lab in a browser)
# make bench  measure the engine against the same model in Mesa
# make docs   write the generated pages of docs/reference

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUNS ?= 1000
PYTEST_ARGS ?= -n auto --dist loadfile

.PHONY: run test test-long bench docs clean

run: $(VENV)/installed
	$(BIN)/steppe run baseline --runs $(RUNS)
	$(BIN)/steppe run baseline-2022 --runs $(RUNS)
	@echo "The first report is free from 1992, to hold against the record; the second, named above"
	@echo "last, follows the record to 2022 and is free from there to 2035."

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-long: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m "long and not slow"

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks.startup
	$(BIN)/python -m benchmarks.engine $(BENCH_ARGS)
	$(BIN)/python -m benchmarks.sweep

docs: $(VENV)/installed-dev
	$(BIN)/python docs/generate.py

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Steppe needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info

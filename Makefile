# For newcomers: `make report` writes the PDFs, `make test` runs the tests.  Both install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.installed
EXTRAS := $(VENV)/.extras
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=2 --dist=worksteal
QUICK := tests/terms tests/mdps/test_mdp.py tests/report/test_numbering.py tests/testing/test_assertions.py

.PHONY: help report test test-all campaigns coverage fuzz test-extras audits mutants sizes lint bench pages clean
help:
	@echo "make report      write PDF, HTML and LaTeX of every derivation to reports/"
	@echo "make test        run the tests, with a part of each campaign (a campaign is a test with thousands of similar cases)"
	@echo "make campaigns   run the other cases of the campaigns: mutants, attacks, reports, replays (minutes)"
	@echo "make test-all    run the tests with all cases, as CI does"
	@echo "make coverage    print which lines of pgsym a quick part of the tests runs"
	@echo "make fuzz        try 1,500 command lines and 400 malformed files; none may crash (many minutes)"
	@echo "make test-extras install PyTorch, JAX and rlax, and run the tests that need them"
	@echo "make audits      audit losses of rlax and PyTorch; writes docs/audits-of-libraries.md"
	@echo "make mutants     refute more mutants of every claim and step (minutes)"
	@echo "make sizes       decide every claim at many random sizes (minutes)"
	@echo "make lint        run ruff, mypy --strict and import-linter (no import cycles, packages in layers)"
	@echo "make bench       run the benchmarks; writes reports/benchmarks.md"
	@echo "make pages       write all generated pages (minutes): claims, estimators, seeded bugs, README table, LaTeX"
	@echo "make clean       remove everything that was built"

$(SETUP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "pgsym needs Python 3.11 or newer; choose one with: make PYTHON=/path/to/python3.11 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(SETUP)

report: $(SETUP)
	$(BIN)/pgsym report --format tex,pdf,html --output reports

test: $(SETUP)
	@echo "Some 5,300 tests: about 3 minutes on two idle cores, 8 on slow ones; make test-all runs all 9,700."
	$(PYTEST)

campaigns: $(SETUP)
	@echo "Some 4,400 tests: about 4 minutes on two idle cores, 10 on slow ones."
	$(PYTEST) -m campaign tests

test-all: $(SETUP)
	@echo "Some 9,700 tests: about 7 minutes on two idle cores, 18 on slow ones."
	$(PYTEST) -m "campaign or not campaign"

coverage: $(SETUP)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m coverage run -m pytest $(QUICK)
	$(BIN)/python -m coverage report

fuzz: $(SETUP)
	$(BIN)/python tests/fuzz/run.py 1500

$(EXTRAS): $(SETUP)
	$(BIN)/python -m pip install --quiet --editable '.[audits]'
	@touch $(EXTRAS)

test-extras: $(EXTRAS)
	$(BIN)/python -m pytest tests/estimators -m extras --numprocesses=2 --dist=worksteal

audits: $(EXTRAS)
	$(BIN)/python tests/estimators/library_audits.py docs/audits-of-libraries.md

mutants: $(SETUP)
	PGSYM_MUTANTS=12 $(BIN)/python -m pytest -m 'campaign or not campaign' tests/test_mutants.py --numprocesses=2 --dist=worksteal

sizes: $(SETUP)
	PGSYM_SIZES=6 $(BIN)/python -m pytest tests/test_claims_at_other_sizes.py tests/attack/test_registered.py --numprocesses=2 --dist=worksteal

lint: $(SETUP)
	$(BIN)/ruff check pgsym derivations tests
	$(BIN)/ruff format --check pgsym derivations tests
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(SETUP)
	$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python -m pytest tests/benchmarks -m "campaign or not campaign" --benchmark-enable --benchmark-only --benchmark-json=.benchmarks.json
	$(BIN)/python tests/benchmarks/table.py .benchmarks.json reports/benchmarks.md

pages: $(SETUP)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python docs/write_pages.py

clean:
	rm -rf $(VENV) .coverage build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks.json

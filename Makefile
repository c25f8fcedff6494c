# make setup   make .venv, with `sluice` in .venv/bin
# make demo    the bot on a local Slack, in your browser
# make run     the bot on Slack
# make test    the tests
# make check   all that CI does: format, lint, types, architecture, tests with coverage, docs
# make docs    write the generated parts of the documentation anew
# make lock    resolve the dependencies anew
# make mutants remove each line of bot/flow.py and effects.py in turn and see a test fail

PYTHON ?= python3
BIN := .venv/bin
# Tests wait more than they work, so three at a time fill two cores.
WORKERS ?= 3

.PHONY: setup demo run test check lint docs mutants lock clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sluice needs Python 3.11 or later: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	touch $@

demo: setup
	$(BIN)/sluice demo

run: setup
	$(BIN)/sluice run

test: .venv/.ready-dev
	$(BIN)/python -m pytest -n $(WORKERS)

lint: .venv/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

check: lint
	$(BIN)/python -m pytest -n $(WORKERS) --cov --cov-report=
	$(BIN)/coverage report
	$(BIN)/coverage report --fail-under=100 --include='bot/stages/*,bot/citing/*,bot/guardrails/*,tools/policy.py,tools/spec.py'

docs: .venv/.ready-dev
	$(BIN)/python -m docs.generate

mutants: .venv/.ready-dev
	$(BIN)/python tests/mutants.py

# The locks hold what one fresh environment resolved to. Without the local part of torch's version,
# so that a build for CPU, CUDA or macOS satisfies it.
lock:
	rm -rf .lock && $(PYTHON) -m venv .lock
	.lock/bin/pip install --quiet torch==2.13.0 && .lock/bin/pip install --quiet .
	.lock/bin/pip freeze --exclude sluice-bot | sed 's/+cpu$$//' > requirements.lock
	.lock/bin/pip install --quiet --upgrade pip && .lock/bin/pip install --quiet --group dev
	.lock/bin/pip freeze --exclude sluice-bot | sed 's/+cpu$$//' > requirements-dev.lock
	rm -rf .lock

clean:
	rm -rf .venv .sluice .coverage .pytest_cache .ruff_cache .hypothesis

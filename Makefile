# Two commands are all a newcomer needs: `make run` and `make test`.
# Everything is put in this folder: .venv, node_modules, the front end's build, data/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FRONTEND := platform/youke/web/frontend
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix $(FRONTEND)
DATA ?= data/bench/mooccubex
DIST := platform/youke/web/dist
PO := $(wildcard platform/youke/web/translations/*/LC_MESSAGES/*.po)
MO := $(PO:.po=.mo)

LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --allow-unsafe --upgrade --quiet

.DEFAULT_GOAL := help

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: setup  ## Start everything with demo data and print the address
	$(BIN)/youke up --demo

test: setup  ## Run all tests (unit, integration, browser)
	$(BIN)/python -m tests.browser_setup
	$(BIN)/python -m pytest

mutations: setup  ## Damage 500 films at random: each must end with a code
	YOUKE_MUTANTS=500 $(BIN)/python -m pytest tests/integration/test_transcoder_mutations.py

lint: setup  ## Format check, lint, types, architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(NPM) run --silent check

test-spark: $(VENV)/.spark  ## Install Spark (500 MB) and train with it
	$(BIN)/python -m pytest -n0 -m spark tests/unit/recommender

$(VENV)/.spark: $(VENV)/.ready requirements-spark.lock
	@echo "Installing Spark into $(VENV), a few minutes ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@

bench-recommender: setup  ## Measure the recommender (half an hour; DATA=folder)
	$(BIN)/python bench/recommender.py --data $(DATA) --pictures docs/images

bench-transcode: setup  ## Measure the transcoder against bare ffmpeg (an hour)
	$(BIN)/python bench/transcode.py
	$(BIN)/python bench/ladder.py --picture docs/images/ladder.svg

format: $(VENV)/.ready  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.ready  ## Pin the newest dependencies that setup.cfg allows
	$(BIN)/pip install --quiet uv
	$(LOCK) --extra embedded --extra build --extra search --extra dev setup.cfg -o requirements.lock
	$(LOCK) --extra spark --constraint requirements.lock setup.cfg -o requirements-spark.lock

translations: $(VENV)/.ready  ## Collect the sentences that need Chinese
	$(BIN)/pybabel --quiet extract -F platform/youke/web/babel.cfg --no-location --sort-output -o $(VENV)/messages.pot platform/youke
	$(BIN)/pybabel --quiet update -N --ignore-obsolete --no-wrap --ignore-pot-creation-date -l zh_Hans -d platform/youke/web/translations -i $(VENV)/messages.pot

setup: $(VENV)/.ready $(DIST)/.ready $(MO)

$(VENV)/.ready: requirements.lock setup.cfg
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Youke needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing (on Debian: the package python3-venv)."; exit 1; }
	@echo "Installing Python packages into $(VENV), about a minute ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DIST)/.ready: $(VENV)/.ready $(FRONTEND)/package-lock.json $(shell find $(FRONTEND)/src -type f 2>/dev/null)
	@echo "Building the front end ..."
	@$(NPM) ci --no-audit --no-fund --no-update-notifier --loglevel=error --silent
	@$(NPM) run --silent build
	@$(BIN)/python -m whitenoise.compress --quiet $(DIST)
	@touch $@

%.mo: %.po $(VENV)/.ready
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

clean:  ## Remove what was built (data/ stays)
	rm -rf $(VENV) $(DIST) $(FRONTEND)/node_modules $(MO)

.PHONY: help run test test-spark bench-recommender bench-transcode mutations lint format lock translations setup clean

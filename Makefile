# `make demo` and `make test` do all set-up themselves on a Debian with Python 3.11 and make.

SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
HOST := 127.0.0.1
PORT ?= 8501
PIP_INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile
# A process per core; the tests of a file share its fixtures, so they stay together.
SIDE_BY_SIDE := -n auto --dist loadfile
SERVE := $(BIN)/streamlit run app.py --server.address $(HOST) --server.port $(PORT)

# The demo keeps to the default stores, whatever the shell points at, so that it never writes to a bureau's own.
DEMO_WAREHOUSE := data/warehouse
DEMO_DONE := data/demo/.done
DEMO_ENV := env -u WAREHOUSE_URL -u WORKFLOW_URL DEMO_MODE=1

.PHONY: help setup demo run test check lint browsers fix bench

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(VENV)/.installed-dev ## make .venv with everything pinned

$(BIN)/pip:
	@python=""
	for candidate in $${PYTHON:-python3.11 python3 python3.12 python3.13}; do
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	        python="$$candidate"; break
	    fi
	done
	if [ -z "$$python" ]; then
	    echo "Python 3.11 or newer is needed, found: $$(python3 --version 2>/dev/null || echo none)." >&2
	    echo "Install it (Debian 12: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python3.11 ..." >&2
	    exit 1
	fi
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then
	    version="$$("$$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')"
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	        echo "Installing $$version-venv ..."
	        apt-get update -qq
	        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$version-venv" >/dev/null
	    else
	        echo "Python's venv module is not whole here. Install it: sudo apt-get install $$version-venv" >&2
	        exit 1
	    fi
	fi
	echo "Making $(VENV) with $$("$$python" --version) ..."
	"$$python" -m venv --clear $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/pip
	@echo "Installing what the app needs (about 1 GB on disk) ..."
	$(PIP_INSTALL) -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(BIN)/pip
	@echo "Installing what the app and its tests need ..."
	$(PIP_INSTALL) -r requirements-dev.txt
	touch $(VENV)/.installed $@

demo: $(VENV)/.installed ## make the demo province once and serve it on http://127.0.0.1:8501
	@if [ ! -e $(DEMO_WAREHOUSE)/CURRENT ] || [ ! -e $(DEMO_DONE) ]; then
	    rm -f $(DEMO_DONE)
	    $(DEMO_ENV) $(BIN)/python -m jobs demo
	    touch $(DEMO_DONE)
	fi
	echo "Serving the demo on http://$(HOST):$(PORT)"
	exec $(DEMO_ENV) $(SERVE)

run: $(VENV)/.installed ## serve what is in the warehouse
	@echo "Serving on http://$(HOST):$(PORT)"
	exec $(SERVE)

test: setup browsers lint ## everything: style, types, import rules, all tests with browser and PostgreSQL
	@$(BIN)/pytest $(SIDE_BY_SIDE)

check: setup lint ## the same without the browser
	@$(BIN)/pytest -m "not browser" $(SIDE_BY_SIDE)

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# What the tests need from Debian: a browser, Chinese fonts to draw with, a PostgreSQL to compare with.
browsers:
	@missing=""
	command -v chromium >/dev/null || missing="$$missing chromium"
	[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] || missing="$$missing fonts-noto-cjk"
	compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing="$$missing postgresql"
	if [ -n "$$missing" ]; then
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	        echo "Installing$$missing ..."
	        apt-get update -qq
	        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null
	    else
	        echo "The tests need packages that only root may install: sudo apt-get install$$missing" >&2
	        echo "Without them: make check" >&2
	        exit 1
	    fi
	fi

fix: setup ## format the code and mend what can be mended by rule
	@$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed ## measure the one-screen queries and the import (see docs)
	@$(BIN)/python -m jobs bench

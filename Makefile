# Commands of the project; `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PORT ?= 8501
BIN := .venv/bin
STAMP := .venv/.set-up
DEMO_UNFINISHED := .venv/.demo-unfinished
UV := uv==0.13.9
PYTHON ?=
export PYTHON
# No look-up of newer versions while checking.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
# The store's file, from BOLTSCOPE_DATABASE (a URL such as sqlite:///data/team.db) where that is set.
STORE := $(patsubst sqlite:///%,%,$(or $(BOLTSCOPE_DATABASE),sqlite:///data/boltscope.db))

# The stamp names the folder it was made in; in a moved or copied folder, or without a working python, set-up runs anew.
ifneq ($(shell [ -x $(BIN)/python ] && cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.PHONY: help run test bench lock docs screenshots clean demo chromium

help: ## list these targets
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

run: $(STAMP) demo ## set up, load a year of demo data if there is no store yet, serve on http://127.0.0.1:8501 (PORT=)
	@exec $(BIN)/dashboard serve --port $(PORT)

test: $(STAMP) chromium ## set up, then lint, types and all tests (unit, page and browser), with one summary
	@$(BIN)/python tests/checks.py $(ARGS)

bench: $(STAMP) ## measure speed and memory, each figure beside its floor (ARGS="litellm --records 100000")
	@$(BIN)/python tests/bench $(ARGS)

lock: $(STAMP) ## write requirements.lock anew from pyproject.toml
	@[ -x .venv/lock/bin/uv ] || { $(BIN)/python -m venv .venv/lock && .venv/lock/bin/pip install --quiet "$(UV)"; }
	@.venv/lock/bin/uv pip compile pyproject.toml --extra check --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --quiet $(ARGS) --output-file requirements.lock
	@git diff --stat -- requirements.lock

docs: $(STAMP) ## write docs/records.md, data/schema.sql, and the parts of README.md that come from the code, anew
	@$(BIN)/python docs/readme_parts.py
	@$(BIN)/python docs/records_page.py
	@$(BIN)/python docs/schema_file.py

screenshots: $(STAMP) chromium ## take the pictures in docs/images anew, from demo data
	@$(BIN)/python docs/screenshots.py

clean: ## remove what make made (.venv, caches, demo exports); never a store
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis demo bench *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml
	@.ci/set-up $(STAMP)

# A year of demo exports for a first look; begun anew when the last attempt was interrupted, not when it was refused.
demo: $(STAMP)
	@[ -e "$(STORE)" ] || printf '%s' "$(STORE)" > $(DEMO_UNFINISHED)
	@[ "$$(cat $(DEMO_UNFINISHED) 2>/dev/null)" != "$(STORE)" ] || .ci/load-demo $(DEMO_UNFINISHED)

# Browser tests need Chromium; where it cannot be installed they fail and say what to run.
chromium: $(STAMP)
	@$(BIN)/python tests/chromium.py

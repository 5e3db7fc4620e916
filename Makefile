# Every target sets up what it needs. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
export PYTHAINLP_READ_ONLY := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check bench eval migrate lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: .venv/installed ## Make .venv with the wian command

.venv/installed: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Play the reference circular on this machine (about 40 s)
	$(BIN)/wian demo

up: setup ## Run everything until Ctrl-C, with an API page and three tokens
	$(BIN)/wian up

test: setup ## Run the tests (PostgreSQL and Temporal come with them)
	$(BIN)/pytest -n 2 --dist loadfile

check: setup ## Format, lint, types and the import ladder
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## Print performance ratios; QUICK=1 for a shorter look
	$(BIN)/python -m benchmarks.main $(if $(QUICK),--quick)

eval: setup ## Print how well letters are read, checked and matched; exit 1 if worse than before
	$(BIN)/python -m benchmarks.eval_intake $(if $(LETTERS),--letters $(LETTERS))

migrate: setup ## Bring the schema of WIAN_OWNER_DATABASE_URL to this version
	$(BIN)/wian db upgrade

lock: setup ## Pin the dependencies of pyproject.toml again, with hashes
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command 'make lock' --output-file requirements/runtime.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command 'make lock' --extra dev --output-file requirements/dev.txt pyproject.toml

clean: ## Remove .venv, build and the data of the embedded servers
	rm -rf .venv .wian build

# Everything a developer or CI does. `make site` and `make test` are all a newcomer needs.
PYTHON   ?= python3
CAMPAIGN ?= hanoi-tet-2024
JOBS     ?= 0
PEOPLE   ?=
UV       := UV_COMPILE_BYTECODE=1 UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never .venv/bin/uv
SYNC     := $(UV) sync --frozen --inexact --quiet

.PHONY: help site test test-all coverage check format docs manual lab hooks update clean
help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

site: .venv/ready ## Set up, then build the site of CAMPAIGN (default: the demo city)
	@.venv/bin/ansinh build $(CAMPAIGN) --jobs $(JOBS) $(if $(PEOPLE),--people $(PEOPLE))

test: .venv/ready-test ## Set up, then run the tests
	@.venv/bin/pytest -n auto --dist loadfile -m "not slow"

test-all: .venv/ready-test ## Run all tests, the slow ones too, and search for examples nobody tried
	@.venv/bin/pytest -n auto --dist loadfile --hypothesis-profile=search

coverage: .venv/ready-test ## Run the tests of `make test` and tell which lines they reach (docs/coverage.md explains the others)
	@.venv/bin/pytest -n auto --dist loadfile -m "not slow" --cov --cov-report=term --cov-report=html:.coverage-html

check: .venv/ready-test ## Format, lint, types, import rules, what notebooks hold
	@.venv/bin/ruff format --check lib tests docs
	@.venv/bin/ruff check lib tests docs
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python -m ansinh.desk.saving notebooks/*.ipynb tests/notebooks/*.ipynb

format: .venv/ready-test ## Format the code
	@.venv/bin/ruff format lib tests
	@.venv/bin/ruff check --fix lib tests
	@.venv/bin/python -m ansinh.desk.saving --write notebooks/*.ipynb

docs: .venv/ready-test ## Write the generated pages of docs/ and the executed notebooks of tests/ anew
	@.venv/bin/python -m tests.refresh

manual: .venv/ready-test ## Build the documentation's own site in _docs/
	@.venv/bin/python -m tests.docs.manual

lab: .venv/ready-lab ## Open JupyterLab on the notebooks
	@.venv/bin/ansinh lab $(CAMPAIGN)

hooks: .venv/ready-test ## Check before every commit what `make check` checks; show notebook differences cell by cell
	@$(SYNC) --no-default-groups --group dev
	@.venv/bin/pre-commit install
	@.venv/bin/git-nbdiffdriver config --enable

update: .venv/ready-test ## Bring all dependencies up to date, then check (read the change logs of what draws or computes)
	@$(UV) lock --upgrade
	@$(UV) pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --output-file .ci/uv.txt .ci/uv.in
	@$(MAKE) check test-all

clean: ## Remove what a build made, but no data
	rm -rf _site _site.* _docs reports/runs reports/site reports/failed

.venv/bin/uv: .ci/uv.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("An Sinh needs Python 3.11 or newer; this is %s. Name another with make PYTHON=python3.12" % sys.version.split()[0])'
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.txt
	@touch $@

.venv/ready: .venv/bin/uv pyproject.toml uv.lock
	@$(SYNC) --no-default-groups
	@touch $@

.venv/ready-lab: .venv/ready
	@$(SYNC) --no-default-groups --group notebook
	@touch $@

.venv/ready-test: .venv/ready
	@$(SYNC) --no-default-groups --group test
	@touch $@

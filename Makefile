# make run: from deliveries to sealed review packs; make test: every check. Both install what they need.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# A run starts many processes: without kept bytecode each compiles two thousand modules again.
export PYTHONDONTWRITEBYTECODE :=
INSTALLED := $(VENV)/.installed
BROWSER := $(VENV)/.browser

.PHONY: run test lint up bench soak docs lock clean

# pip takes two minutes for what uv does in ten seconds; where uv cannot reach a registry that pip is told of, pip does it.
$(INSTALLED): requirements.lock pyproject.toml
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/installer.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/installer.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements.lock \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The page of a pack is tested in a real Chromium: the machine's own, else the distribution's, else a downloaded one.
$(BROWSER): $(INSTALLED)
	@command -v chromium chromium-browser google-chrome >/dev/null \
		|| (apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium) >/dev/null \
		|| $(BIN)/playwright install chromium
	@touch $@

run: $(INSTALLED)
	@$(BIN)/python -m motcua.demo.walkthrough

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --nocolor --disable-progress-bar --processes 2 dbt_project

# Three processes on two cores: an Airflow that is waited for leaves a core to the others.
test: lint $(BROWSER)
	$(BIN)/python -m pytest -m "not soak" -n 3 --dist loadgroup

soak: $(INSTALLED)
	$(BIN)/python -m pytest -m soak

up: $(INSTALLED)
	@$(BIN)/python -m motcua.orchestration

bench: $(INSTALLED)
	@$(BIN)/python -m motcua.bench $(ARGS)

docs: $(INSTALLED)
	@$(BIN)/motcua docs

lock: $(INSTALLED)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --no-annotate --no-emit-index-url --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf var landing/inbox landing/raw landing/accepted landing/quarantine landing/receipts

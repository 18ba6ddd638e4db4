# demo, test, check and bench install what they need into .venv first; a second call goes on at once.
# Works in any folder, also with spaces in its path: nothing here names the folder.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SCENARIOS := scenarios/today.yaml scenarios/full-coverage.yaml scenarios/budget-60.yaml

.PHONY: demo test check bench lock schema clean

demo: $(VENV)/installed ## Run the sample county: three scenarios, their maps and reports, and a comparison.
	$(RUN) -m facopt run $(SCENARIOS) --out maps
	$(RUN) -m facopt compare maps/full-coverage maps/budget-60 --out maps/compare
	@echo
	@echo "Open maps/index.html in a browser."

test: $(VENV)/installed ## Install and run all tests.
	$(RUN) -m pytest -n auto

check: $(VENV)/installed ## Style, types and the order of the stages.
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

bench: $(VENV)/installed ## Measure; prints ratios against peers in the same run.
	$(RUN) benchmarks/travel_times.py --with-pandana
	$(RUN) benchmarks/kept_times.py
	$(RUN) benchmarks/covering.py
	$(RUN) benchmarks/frontier.py
	$(RUN) benchmarks/province.py
	$(RUN) benchmarks/median.py

schema: $(VENV)/installed ## Write scenarios/schema.json anew from the code.
	$(RUN) -m facopt.scenario.json_schema

lock: $(VENV)/installed ## Resolve the packages anew, newest and oldest.
	$(RUN) -m pip install --quiet uv
	$(RUN) -m uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --upgrade --output-file requirements.lock
	$(RUN) -m uv pip compile pyproject.toml --extra dev --python-version 3.11 --resolution lowest-direct \
	  --no-emit-index-url --no-header --quiet --upgrade --output-file requirements-oldest.lock

# Newer than its sources means installed; pip itself is left as the virtual environment made it.
$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'facopt needs Python 3.11 or newer; say make PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(RUN) -c "import pathlib; pathlib.Path('$(VENV)/installed').touch()"

clean: ## Remove the environment and all results.
	rm -rf $(VENV) maps/*/ maps/.cache maps/index.html

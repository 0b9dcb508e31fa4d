PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test bench lock translations

run: $(VENV)/.runs
	@$(BIN)/python -m lms init
	@$(BIN)/python -m lms demo --if-empty
	@LMS_DEMO=$${LMS_DEMO:-1} exec $(BIN)/python -m lms serve --with-worker

test: $(VENV)/.tests
	@$(BIN)/python -m tests.run

bench: $(VENV)/.tests
	@$(BIN)/python -m tests.benchmarks

$(VENV)/.runs: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs requirements-tests.lock
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-tests.lock
	@touch $@

# for maintainers: needs the package uv
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra tests -c requirements.lock pyproject.toml -o requirements-tests.lock

translations:
	$(BIN)/python -m lms.translations

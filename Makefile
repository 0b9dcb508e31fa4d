PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test bench load lock translations

run: $(VENV)/.translations
	@$(BIN)/python -m lms init
	@$(BIN)/python -m lms demo --if-empty
	@LMS_DEMO=$${LMS_DEMO:-1} exec $(BIN)/python -m lms serve --with-worker

test: $(VENV)/.tests $(VENV)/.translations
	@$(BIN)/python -m tests.run

bench: $(VENV)/.tests $(VENV)/.translations
	@$(BIN)/python -m tests.benchmarks

# deadline day: 10,000 people an hour, then more, on both databases; takes about half an hour
load: $(VENV)/.tests $(VENV)/.translations
	@$(BIN)/python -m tests.benchmarks.deadline

$(VENV)/.runs: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "This needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.runs requirements-tests.lock
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements-tests.lock
	@touch $@

$(VENV)/.translations: $(VENV)/.runs $(wildcard lms/translations/*/LC_MESSAGES/messages.po)
	@$(BIN)/pybabel --quiet compile --directory lms/translations
	@touch $@

# for maintainers: needs the package uv
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra tests -c requirements.lock pyproject.toml -o requirements-tests.lock

translations:
	$(BIN)/python -m lms.translations

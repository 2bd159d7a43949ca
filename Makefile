PYTHON ?= python3

.PHONY: run test style quality

run:
	$(PYTHON) app.py

test:
	$(PYTHON) -m pytest

style:
	ruff check --fix . && ruff format .

quality:
	ruff check . && ruff format --check .

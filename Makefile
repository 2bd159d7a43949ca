PYTHON ?= python3

.PHONY: run test test-all style quality space

run:
	$(PYTHON) app.py

test:  # without processes, servers, browsers, trainings and large networks
	$(PYTHON) -m pytest -m "not slow" --numprocesses auto --dist loadfile

test-all:
	$(PYTHON) -m pytest

style:
	ruff check --fix . && ruff format .

quality:
	ruff check . && ruff format --check . && ty check

space:  # exactly what `python -m train deploy-space` uploads, in outputs/space
	rm -rf outputs/space && $(PYTHON) -m train space --output outputs/space

PYTHON ?= python3

.PHONY: run test style quality space

run:
	$(PYTHON) app.py

test:
	$(PYTHON) -m pytest

style:
	ruff check --fix . && ruff format .

quality:
	ruff check . && ruff format --check .

space:  # exactly what `python -m train deploy-space` uploads, in outputs/space
	rm -rf outputs/space && $(PYTHON) -m train space --output outputs/space

# Each target says what it is for: `make` lists them.
PYTHON ?= python3
PORT ?= 8000
SHARED ?= ../shared
BIN := .venv/bin
INSTALLED := .venv/.installed
DEMO := data/demo
EVALUATION := data/evaluation

.DEFAULT_GOAL := help
.PHONY: help run test test-corpus lint format evaluate bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(INSTALLED) ## serve the sample show on http://127.0.0.1:8000 (PORT=… for another port)
	@$(BIN)/playback --home $(DEMO) ingest data/sample/feed.xml
	@echo "Playback serves the sample show on http://127.0.0.1:$(PORT)/ (stop it with Ctrl-C)"
	@echo "A question to try: Why did the team rehearse the data migration?"
	@PLAYBACK_NOTICE="This is a sample: an invented show with computer voices." $(BIN)/playback --home $(DEMO) serve --port $(PORT)

test: $(INSTALLED) ## run the tests (under 10 minutes on 2 cores)
	$(BIN)/python -m pytest

test-corpus: $(INSTALLED) ## run the slow tests on the data in ../shared (skipped where it is missing)
	$(BIN)/python -m pytest -m corpus

lint: $(INSTALLED) ## check style, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

evaluate: $(INSTALLED) ## print the figures of retrieval, answers and alignment on the data in ../shared
	$(BIN)/playback --home $(EVALUATION) ingest $(SHARED)/corpora/engineering-lessons/feed.xml --no-audio
	$(BIN)/python benchmarks/confidence.py $(EVALUATION) $(SHARED)/corpora/engineering-lessons/questions.jsonl
	$(BIN)/python benchmarks/retrieval.py $(EVALUATION) $(SHARED)/corpora/engineering-lessons/questions.jsonl
	$(BIN)/python benchmarks/misheard.py --shared $(SHARED)
	$(BIN)/python benchmarks/alignment.py --shared $(SHARED) --only corpus,words,damage
	$(BIN)/python benchmarks/edges.py --shared $(SHARED)

bench: $(INSTALLED) ## measure speed and memory
	$(BIN)/playback --home $(EVALUATION) ingest $(SHARED)/corpora/engineering-lessons/feed.xml --no-audio
	$(BIN)/python benchmarks/speed.py $(EVALUATION) $(SHARED)/corpora/engineering-lessons/questions.jsonl
	$(BIN)/python benchmarks/alignment.py --shared $(SHARED) --only speed

clean: ## remove what make made, but for libraries
	rm -rf .venv dist build $(DEMO) $(EVALUATION)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[transcribe,llm,dev]'
	@touch $@

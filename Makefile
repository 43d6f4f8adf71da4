# Two commands matter: `make up` and `make test`. Both set up what they need; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

ENV     ?= local
VENV    := .venv
PY      := $(VENV)/bin/python
STAMP   := $(VENV)/.requirements
PYTHON  ?= $(shell command -v python3.11 || command -v python3)
# xdist workers. Tests wait for controllers as much as they compute: on two cores three take 11:40, two 13:05.
WORKERS ?= 3
PYTEST  := $(PY) -m pytest

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: apt-get install python3.11 python3.11-venv, or PYTHON=... make"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Setting up $(VENV) with the pinned Python packages (about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

.PHONY: venv toolchain up preview down status report kubeconfig env
venv: $(STAMP) ## the virtual environment in .venv

toolchain: $(STAMP) ## build or find every tool of localcloud (first time: minutes, with progress)
	@$(PY) -m localcloud toolchain --brief

up: toolchain ## start what ENV (default local) has on this machine, apply its stacks, print the tenants
	@$(PY) -m localcloud start --topology $(ENV)
	@$(PY) -m fleet up $(ENV)

preview: $(STAMP) ## what an `up` of ENV (default local) would change
	@$(PY) -m fleet preview $(ENV)

down: ## undo `make up`: stop every local control plane, remove their state
	@if [ -x $(PY) ]; then $(PY) -m localcloud stop --all; fi

status: $(STAMP) ## the tenants of ENV: quota, use, pods
	@$(PY) -m fleet status $(ENV)

report: $(STAMP) ## report.html: one page about the running ENV, to be opened in a browser (docs/report.md)
	@$(PY) -m fleet report $(ENV) -o report.html

kubeconfig: $(STAMP) ## path of the local cluster's kubeconfig
	@$(PY) -m localcloud kubeconfig local

env: $(STAMP) ## shell lines for plain pulumi and kubectl: eval "$$(make -s env)"
	@$(PY) -m localcloud env

REAL_NODE_PACKAGES := containerd runc containernetworking-plugins busybox-static iptables ipset iproute2
.PHONY: real-node
real-node: $(STAMP) ## as root: this machine joins the local cluster as a node on which pods really run (docs/real-node.md)
	@dpkg -s $(REAL_NODE_PACKAGES) >/dev/null 2>&1 || apt-get install -y --no-install-recommends $(REAL_NODE_PACKAGES)
	@$(PY) -m localcloud start local --real-node

.PHONY: lint types go-check schemas check
lint: $(STAMP) ## ruff
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet .

types: $(STAMP) ## mypy, strict
	@$(PY) -m mypy

go-check: ## gofmt, go vet and go test of the bundled plugins
	@cd localcloud/providers && test -z "$$(gofmt -l .)" || { echo "gofmt -l:"; cd localcloud/providers && gofmt -l .; exit 1; }
	@cd localcloud/providers && go vet ./... && go test ./...

schemas: $(STAMP) ## the catalogue is valid and its JSON Schemas are current
	@$(PY) -m settings check local
	@$(PY) -m settings check dev
	@$(PY) -m settings check staging
	@$(PY) -m settings schema --check

check: lint types go-check schemas ## every check that needs no cluster

.PHONY: test test-unit test-live bench clean
test: toolchain ## unit, engine, cluster and differential tests
	@$(PYTEST) tests -n $(WORKERS) --dist loadgroup --no-loadscope-reorder  # tests/conftest.py has the order

test-unit: $(STAMP) ## only the tests that need neither engine nor cluster
	@$(PYTEST) tests/unit -n $(WORKERS)

bench: toolchain ## measurements; each ends with one line of JSON
	@$(PY) -m bench.onboarding
	@$(PY) -m bench.sandbox_claims
	@$(PY) -m bench.data_models
	@$(PY) -m bench.fleet
	@$(PY) -m bench.policies
	@$(PY) -m bench.preview
	@$(PY) -m bench.verify

clean: down ## `down`, and the virtual environment
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Everything a person does with this repository. `make help` lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
WORKERS ?= 4
COVERAGE ?= 80
PYTEST_ARGS ?=
ROW ?=
BENCH_ARGS ?=
PROVE_ARGS ?=
VENV ?= .venv
BIN := $(VENV)/bin
E2E_WORKERS ?= 3
E2E = $(BIN)/pytest tests/e2e --numprocesses $(E2E_WORKERS) --dist loadgroup --timeout 900 --durations 10
PACKAGES := contract services loadtest operator
EDITABLE := $(foreach package,$(PACKAGES),--editable ./$(package))
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z0-9-]*:.*## / {printf "  \033[1m%-15s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.runtime: requirements.lock $(PACKAGES:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ": make PYTHON=/path/to/python3.13 ...")'
	@echo "Installing into $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation $(EDITABLE)
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

.PHONY: install
install: $(VENV)/.runtime ## Install what running the platform on this machine needs

.PHONY: develop
develop: $(VENV)/.development ## Install what development needs as well

.PHONY: demo
demo: install ## Bring the platform up on this machine, and show it working on real readings
	@$(BIN)/telemetryctl demo

.PHONY: test
test: lint ## Everything that must hold, in parallel: lint, types, unit, integration, contract and short fault tests
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup --durations 10 $(PYTEST_ARGS)

.PHONY: test-faults
test-faults: develop ## Faults at their full length on every architecture, with the time each took to recover; minutes
	@$(BIN)/pytest tests/faults --numprocesses $(WORKERS) --dist loadgroup -m "not short" $(PYTEST_ARGS)

.PHONY: unit
unit: develop ## The unit tests alone, in seconds
	@$(BIN)/pytest --numprocesses $(WORKERS) tests/unit $(PYTEST_ARGS)

.PHONY: coverage
coverage: develop ## How much of the code the unit tests reach; fails below COVERAGE percent
	@$(BIN)/pytest --numprocesses $(WORKERS) tests/unit --cov --cov-report= $(PYTEST_ARGS)
	@$(BIN)/coverage report --skip-covered --fail-under $(COVERAGE)

.PHONY: lint
lint: develop ## Style, types, import rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy contract/src services/src loadtest/src operator/src tests tools
	@$(BIN)/lint-imports

.PHONY: format
format: develop ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: images
images: ## Build the images of services, operator and load generator, and load them into the cluster
	@tools/images

.PHONY: kind
kind: ## Create the kind cluster of kind-config.yaml on this machine (needs Docker and kind)
	@for program in docker kind kubectl; do command -v $$program >/dev/null || { echo "$$program is needed, and is not on PATH" >&2; exit 1; }; done
	@kind get clusters 2>/dev/null | grep -qx telemetry || kind create cluster --config kind-config.yaml
	@kubectl config use-context kind-telemetry

.PHONY: cluster-demo
cluster-demo: install ## Build the images, install the chart, bring a platform up in the cluster, and show it working
	@tools/on-cluster tools/images
	@tools/on-cluster $(BIN)/python -m tools.cluster.demo

.PHONY: e2e-smoke
e2e-smoke: develop images ## The short tests in a cluster: chart, two presets, contract, drift, scaling, deletion; 8 minutes
	@tools/on-cluster $(E2E) -m smoke $(PYTEST_ARGS)

.PHONY: e2e
e2e: develop images ## All presets and cases in a cluster, and whether the operator needed each of its rights; 40 minutes
	@since=$$(date -u +%Y-%m-%dT%H:%M:%S.000000Z); tools/on-cluster $(E2E) -m "e2e and not full" $(PYTEST_ARGS); \
	test -n "$(PYTEST_ARGS)" || tools/on-cluster $(BIN)/python -m tools.cluster.rights --since "$$since"

.PHONY: e2e-full
e2e-full: develop images ## The longest too, crash points among them; begun again it goes on where it ended
	@tools/on-cluster $(E2E) -m e2e --resume $(PYTEST_ARGS)

.PHONY: bench
bench: install ## Measure each path beside the limits of its stack (ROW=name,name for some, BENCH_ARGS=--list for names)
	@$(BIN)/python -m tools.bench --row "$(ROW)" $(BENCH_ARGS)

.PHONY: bench-growth
bench-growth: install ## Start-up and memory of each service, and queries over 10,000,000 readings beside 100,000; 15 minutes
	@$(BIN)/python -m tools.growth $(BENCH_ARGS)

.PHONY: bench-held
bench-held: install ## Load that lasts, a backlog, and three times too much, on baseline and kafka; 25 minutes
	@$(BIN)/python -m tools.held $(BENCH_ARGS)

.PHONY: bench-scaling
bench-scaling: develop ## Throughput by connections, processes, batch and devices, with pictures, and where time goes; 12 minutes
	@$(BIN)/python -m tools.scaling $(BENCH_ARGS)

.PHONY: results
results: develop ## Put a finished comparison into docs/results.md, with its plots (RUN=NAME, the beginning of one, or last)
	@$(BIN)/python -m tools.results "$(or $(RUN),last)"

.PHONY: prove
prove: develop ## A hundred platforms for one operator in the cluster: how long visits take, memory, writes at rest
	@tools/on-cluster $(BIN)/python -m tools.prove.operator $(PROVE_ARGS)

.PHONY: prove-generator
prove-generator: develop ## Whether the load generator's figures are true, against a server of known delays; 5 minutes (PROVE_ARGS="--only NAME")
	@$(BIN)/python -m tools.prove.generator $(PROVE_ARGS)

.PHONY: lock
lock: ## Compile the locked requirements anew (needs uv)
	@tools/lock

.PHONY: openapi
openapi: develop ## Write the OpenAPI documents anew
	@$(BIN)/python -m telemetry.producer --print-openapi > docs/openapi/producer.json
	@$(BIN)/python -m telemetry.analytics --print-openapi > docs/openapi/analytics.json

.PHONY: crds
crds: develop ## Write the custom resource definitions anew, from the models
	@$(BIN)/python -m telemetry_operator.crds
	@$(BIN)/python -m telemetry_operator.crds charts/telemetry-operator/files/crds

.PHONY: docs
docs: openapi ## Write the reference pages of docs/ anew, from the code
	@$(BIN)/python -m tools.reference

.PHONY: clean
clean: ## Remove what was installed and cached here; platforms and their data stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov

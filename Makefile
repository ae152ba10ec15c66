# Verbs of the project. `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := node_modules/.bin
INSTALLED := node_modules/.installed
BUILT := dist/.built
DASHBOARD := dist/web/index.html
TENSORFLOW := dist/.tensorflow
PYTHON := .cache/python
MLFLOW := .cache/mlflow
FAKE_GCS := .cache/go/bin/fake-gcs-server
BIGQUERY_EMULATOR := .cache/bigquery-emulator
EVIDENTLY := .cache/evidently
KUBERNETES := .cache/kubernetes
CHECKOV := .cache/checkov
PORT := 5000
FIRST_PORT := 0
# Named by each training; a tree without git names none.
export CLOSING_BELL_COMMIT ?= $(shell git rev-parse HEAD 2>/dev/null)

.PHONY: help install build web tensorflow python python-peers mlflow emulators kernel kernel-check format format-check lint typecheck unused docs docs-check manifests manifests-check check-k8s check test test-integration conformance screenshots bench-pubsub bench-cascade bench-scaling bench-api bench-train bench-drift backtest-index backtest-panel doctor demo up clean

help: ## List the verbs
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2 }'

# A lock file written on one platform may lack another's optional packages: then a plain install completes it.
$(INSTALLED): package.json package-lock.json
	@echo "Installing packages (about a minute the first time) ..."
	@npm ci --no-audit --no-fund --loglevel=silent || npm install --no-audit --no-fund --loglevel=error
	@touch $@

install: $(INSTALLED) ## Install the npm packages that the lock file pins

SOURCES := $(shell find apps libs tools -name '*.ts' -not -path '*/test/*' 2>/dev/null)
$(BUILT): $(INSTALLED) $(SOURCES) tsconfig.json tsconfig.build.json nest-cli.json
	@echo "Building ..."
	@$(BIN)/nest build
	@touch $@

WEB_SOURCES := $(shell find web -type f -not -path '*/test/*' 2>/dev/null)
$(DASHBOARD): $(INSTALLED) $(WEB_SOURCES) apps/monitor/src/api/answers.ts
	@echo "Building the dashboard ..."
	@$(BIN)/vite build --logLevel warn web
	@touch $@

web: $(DASHBOARD) ## Build the dashboard that the monitor serves

build: $(BUILT) $(DASHBOARD) ## Compile services, libraries, tools and the dashboard into dist/

# Once a build, whatever comes of it: without TensorFlow training goes on with WebAssembly. WITHOUT_TENSORFLOW=1 skips it.
$(TENSORFLOW): $(BUILT)
	@[ -n "$(WITHOUT_TENSORFLOW)" ] || node dist/tools/tensorflow/main.js
	@touch $@

tensorflow: $(BUILT) ## Get TensorFlow for faster training: about 270 MB by npm or pip, once a machine
	node dist/tools/tensorflow/main.js --require

# What the Python checks of the exports need; requirements.txt pins every package with its hash.
$(PYTHON)/.installed: tools/python/requirements.txt
	python3 -m venv $(PYTHON)
	$(PYTHON)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

python: $(PYTHON)/.installed ## Make a virtual environment with Keras, ONNX Runtime and NumPy, which tests of the exports use (needs python3)

python-peers: python ## Add PyTorch to it, as a peer in bench-train (several GB)
	$(PYTHON)/bin/pip install --quiet --disable-pip-version-check -r tools/bench-train/requirements.txt

# A whole environment by itself: MLflow, and what opens the models that it keeps. Half a minute to a few minutes, 2.4 GB.
$(MLFLOW)/.installed: tools/mlflow/requirements.txt
	@echo "Installing MLflow into $(MLFLOW) (2.4 GB; a minute or more) ..."
	@{ python3 -m venv $(MLFLOW) && \
		$(MLFLOW)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<; } || \
		{ echo "MLflow is not to be had here: it takes Python 3.11 or later with venv, and pip with a package index in reach." >&2; exit 1; }
	@touch $@

mlflow: $(BUILT) $(MLFLOW)/.installed ## Run an MLflow server on this machine until Ctrl-C, at PORT (5000); installs it first (needs python3)
	@node dist/tools/mlflow/main.js --port $(PORT)

# An emulator of Cloud Storage for tests; two minutes.
$(FAKE_GCS):
	@echo "Installing fake-gcs-server into .cache/go/bin (two minutes) ..."
	@GOBIN=$(CURDIR)/.cache/go/bin go install github.com/fsouza/fake-gcs-server@v1.55.1 || \
		{ echo "fake-gcs-server is not to be had here: it takes Go 1.25 or later, with its modules in reach." >&2; exit 1; }

# An emulator of BigQuery for tests; half a minute, 700 MB. Its home has the extension that DuckDB would look for on the network.
$(BIGQUERY_EMULATOR)/.installed: tools/bigquery-emulator/requirements.txt
	@echo "Installing the BigQuery emulator into $(BIGQUERY_EMULATOR) (half a minute) ..."
	@{ python3 -m venv $(BIGQUERY_EMULATOR) && mkdir -p $(BIGQUERY_EMULATOR)/home && \
		$(BIGQUERY_EMULATOR)/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $< && \
		HOME=$(CURDIR)/$(BIGQUERY_EMULATOR)/home $(BIGQUERY_EMULATOR)/bin/python3 -c \
		"from duckdb_extensions import import_extension; import_extension('spatial')"; } || \
		{ echo "The BigQuery emulator is not to be had here: it takes Python 3.11 or later with venv, and pip with a package index in reach." >&2; exit 1; }
	@touch $@

# Evidently itself, beside which tests compare the drift tests; half a minute, 1 GB. The list is whole: some versions of pip take a
# dependency with extras for one that is not pinned, unless they look at none.
$(EVIDENTLY)/.installed: tools/evidently/requirements.txt
	@echo "Installing Evidently into $(EVIDENTLY) (half a minute) ..."
	@{ python3 -m venv $(EVIDENTLY) && \
		$(EVIDENTLY)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r $<; } || \
		{ echo "Evidently is not to be had here: it takes Python 3.11 or later with venv, and pip with a package index in reach." >&2; exit 1; }
	@touch $@

# What manifests are checked with: schemas of Kubernetes, KEDA, Config Connector and more from their Go modules, kustomize and kube-score;
# a minute or two, 60 MB.
$(KUBERNETES)/.installed: tools/check-k8s/modules.txt tools/check-k8s/fetch-schemas.sh
	@echo "Getting schemas, kustomize and kube-score into $(KUBERNETES) (a minute or two) ..."
	@{ tools/check-k8s/fetch-schemas.sh $(CURDIR)/$(KUBERNETES)/schemas && \
		GOBIN=$(CURDIR)/$(KUBERNETES)/bin go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.1 && \
		GOBIN=$(CURDIR)/$(KUBERNETES)/bin go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0; } || \
		{ echo "The schemas of Kubernetes are not to be had here: it takes Go 1.25 or later, with its modules in reach." >&2; exit 1; }
	@touch $@

# A second opinion on manifests and the Dockerfile; half a minute, 300 MB.
$(CHECKOV)/.installed: tools/check-k8s/requirements.txt
	@echo "Installing Checkov into $(CHECKOV) (half a minute) ..."
	@{ python3 -m venv $(CHECKOV) && \
		$(CHECKOV)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<; } || \
		{ echo "Checkov is not to be had here: it takes Python 3.11 or later with venv, and pip with a package index in reach." >&2; exit 1; }
	@touch $@

manifests: $(BUILT) ## Write the manifests in k8s that derive from the code, for the places that the overlays name
	node dist/tools/kubernetes/main.js

manifests-check: $(BUILT) ## Fail when a derived manifest is not what the code says
	node dist/tools/kubernetes/main.js --check

check-k8s: manifests-check $(KUBERNETES)/.installed $(CHECKOV)/.installed ## Check the manifests offline: they build, fit the schemas, and linters find no error (needs go and python3 the first time)
	node dist/tools/check-k8s/main.js

emulators: $(BUILT) ## Run emulators of Pub/Sub, Cloud Storage and BigQuery, and MLflow, until Ctrl-C; prints the variables that lead there
	@node dist/tools/emulators/main.js --first-port $(FIRST_PORT)

kernel: $(BUILT) ## Compile the WebAssembly kernel from libs/forecasting/kernel
	node dist/tools/kernel/main.js

kernel-check: $(BUILT) ## Fail when the WebAssembly kernel in the sources is not what its source compiles to
	node dist/tools/kernel/main.js --check

format: $(INSTALLED) ## Format every file
	$(BIN)/prettier --write --log-level=warn .

format-check: $(INSTALLED) ## Fail where a file is not formatted
	$(BIN)/prettier --check --log-level=warn .

lint: $(INSTALLED) ## Lint with the types known: what breaks an acknowledgement is an error
	$(BIN)/eslint .

typecheck: $(INSTALLED) ## Check the types of everything, tests included
	$(BIN)/tsc --noEmit -p tsconfig.json
	$(BIN)/tsc --noEmit -p web/tsconfig.json

unused: $(INSTALLED) ## Fail on unused files, exports and dependencies
	$(BIN)/knip

docs: $(BUILT) ## Write what the docs derive from the code: schemas, topology, configuration, metrics
	node dist/tools/docs/main.js

docs-check: $(BUILT) ## Fail when the derived docs are not what the code says
	node dist/tools/docs/main.js --check

check: format-check lint typecheck unused docs-check manifests-check kernel-check ## All static checks

test: build $(TENSORFLOW) ## Run every test that this machine can run
	$(BIN)/jest

test-integration: $(BUILT) $(MLFLOW)/.installed $(FAKE_GCS) $(BIGQUERY_EMULATOR)/.installed $(EVIDENTLY)/.installed ## Run the tests that need a real MLflow server, Evidently or emulators of Google Cloud; installs all but Pub/Sub's first (needs python3 and go)
	CLOSING_BELL_REQUIRE_MLFLOW=1 CLOSING_BELL_REQUIRE_GCS=1 CLOSING_BELL_REQUIRE_BIGQUERY=1 CLOSING_BELL_REQUIRE_EVIDENTLY=1 \
		$(BIN)/jest libs/monitoring/test/evidently libs/registry/test/mlflow libs/storage/test/gcs libs/warehouse/test/bigquery apps/monitor \
		tools/bigquery-emulator tools/emulators apps/cli/test/setup apps/cli/test/emulators

conformance: $(BUILT) ## Run the Pub/Sub conformance suite on every server at hand and write docs/conformance.md
	node dist/tools/conformance/main.js

screenshots: build ## Take the pictures of docs/guide of the dashboard anew, after a replay of its own (a minute; needs Chromium)
	node dist/tools/screenshots/main.js

bench-pubsub: $(BUILT) ## Measure the embedded Pub/Sub server beside Google's emulator
	node dist/tools/bench-pubsub/main.js --markdown docs/benchmarks/pubsub.md --json docs/benchmarks/pubsub.json

bench-cascade: $(BUILT) ## Measure a close from its publication to its forecast in the warehouse
	node dist/tools/bench-cascade/main.js

bench-scaling: $(BUILT) ## Simulate the scaling of a close on GKE and write docs/benchmarks/scaling.md (MEASURE=../shared/data: measure the services first, minutes)
	node dist/tools/bench-scaling/main.js $(if $(MEASURE),--measure $(MEASURE))

bench-api: $(BUILT) ## Measure the monitor's API on five years of 400 symbols (some minutes, 4 GB of disk; API_ARGS=--serve keeps it up)
	node dist/tools/bench-api/main.js $(API_ARGS)

bench-train: $(BUILT) tensorflow ## Measure training beside Keras and PyTorch (make python-peers) and the bare matrix products
	node dist/tools/bench-train/main.js --markdown docs/benchmarks/training.md --json docs/benchmarks/training.json

bench-drift: $(BUILT) ## Measure the drift rules: false alarms and detection, simulated and on real series (a few minutes)
	node dist/tools/bench-drift/main.js

backtest-index: $(BUILT) $(TENSORFLOW) ## Backtest all forecasters on the S&P 500 index, 2016 to April 2020 (about ten minutes)
	node dist/apps/cli/src/main.js backtest --symbols ^GSPC --from 2015-12-31 --to 2020-04-02 --seeds 3 --window 2020-02-19:32 \
		--forecasters drift,ewma-fhs,har-fhs,gjr-fhs,lstm,lstm-fhs,blend-raw,blend,literal-lstm,served --html docs/benchmarks/backtest-index.html

backtest-panel: $(BUILT) $(TENSORFLOW) ## Backtest on stocks that were never learnt from, 2017 (needs ../shared/data)
	node dist/tools/backtest-panel/main.js

doctor: $(BUILT) ## Tell what the services would run on here, above all what trains
	@node dist/apps/cli/src/main.js doctor

demo: build $(TENSORFLOW) ## Replay sixty real closes through the crash of 2020 and show the forecasts
	@node dist/apps/cli/src/main.js demo

up: build $(TENSORFLOW) ## Run everything on this machine until Ctrl-C
	@node dist/apps/cli/src/main.js up

include make/cluster.mk

clean: ## Remove what was built
	rm -rf dist coverage

include make/images.mk

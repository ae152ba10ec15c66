# The container images of ENVIRONMENT. DRY_RUN=1 prints what would be run. For an environment at Google they are pushed, with attestations, which
# an engine's own store does not take; for one on this machine they stay in the engine.
BUILDER := docker
TAG ?= $(or $(shell git rev-parse --short=12 HEAD 2>/dev/null),latest)
IMAGE_SOURCE := $(shell git config --get remote.origin.url 2>/dev/null | sed -E 's,//[^@/]*@,//,')
IMAGE_VERSION = $(shell node -p 'require("./package.json").version')
# Where the images of ENVIRONMENT are; an environment without a place is this machine.
REPOSITORY := $(if $(PLACE),$(IMAGES_AT),closing-bell)
PUSH := $(if $(PLACE),1)
RUN := $(if $(DRY_RUN),@echo '$$',@set -x;)

.PHONY: images images-pin check-images bench-images

images: $(if $(PLACE),needs-place) ## Build the container images: by Docker, or by Cloud Build with BUILDER=cloudbuild, for ENVIRONMENT (DRY_RUN=1 shows how)
ifeq ($(BUILDER),cloudbuild)
	$(if $(PLACE),,$(error $(ENVIRONMENT) has no project that could build them: make images BUILDER=cloudbuild ENVIRONMENT=gke-staging))
	$(RUN) gcloud builds submit --project=$(CLUSTER_PROJECT) --region=$(CLUSTER_REGION) --config=cloudbuild.yaml \
		--substitutions='_REGION=$(CLUSTER_REGION),_REPOSITORY=$(call said,REPOSITORY),_TAG=$(TAG),_COMMIT=$(CLOSING_BELL_COMMIT),_SOURCE=$(IMAGE_SOURCE),_VERSION=$(IMAGE_VERSION)' .
else ifeq ($(BUILDER),docker)
	$(RUN) env REPOSITORY=$(REPOSITORY) TAG=$(TAG) COMMIT=$(CLOSING_BELL_COMMIT) SOURCE='$(IMAGE_SOURCE)' VERSION=$(IMAGE_VERSION) \
		docker buildx bake --file docker-bake.json $(if $(PUSH),--push --sbom=true --provenance=mode=max,--load)
else
	$(error BUILDER is "$(BUILDER)". It is docker or cloudbuild)
endif

BASE_IMAGE = $(shell sed -nE 's/^ARG BASE=([^@]+).*/\1/p' Dockerfile)

# By whichever of the two is there. An address is written only where the answer is a digest.
images-pin: ## Ask the registry for the digest of the images' base and write it into the Dockerfile
ifdef DRY_RUN
	@echo '$$ docker buildx imagetools inspect $(BASE_IMAGE) --format "{{.Manifest.Digest}}" || crane digest $(BASE_IMAGE)'
	@echo '$$ sed -i -E "s,^ARG BASE=.*,ARG BASE=$(BASE_IMAGE)@DIGEST," Dockerfile'
else
	@set -ex; digest=$$(docker buildx imagetools inspect $(BASE_IMAGE) --format '{{.Manifest.Digest}}' || crane digest $(BASE_IMAGE)); \
		[[ $$digest =~ ^sha256:[0-9a-f]{64}$$ ]]; \
		sed -i -E "s,^ARG BASE=.*,ARG BASE=$(BASE_IMAGE)@$$digest," Dockerfile
endif

check-images: build $(TENSORFLOW) ## Assemble what is in the images and start it as a pod would, without an engine (Linux, as root, with tini)
	$(BIN)/jest tools/images

bench-images: build tensorflow ## Measure size, start-up time and memory of the images (Linux, as root, with tini; some minutes)
	node dist/tools/bench-images/main.js

# Verbs for GKE. Each shows what it runs; DRY_RUN=1 shows it and runs nothing. ENVIRONMENT names an overlay of k8s/overlays, whose
# place.env says where it is. docs/guide/gke.md goes through them from an empty project to the first forecast.
ENVIRONMENT ?= gke-staging
OVERLAY := k8s/overlays/$(ENVIRONMENT)
# The overlay whose place this one shares, where it has none of its own.
PLACE := $(firstword $(wildcard $(OVERLAY)/place.env $(OVERLAY:%-hpa=%)/place.env))
SERVICES := ingestor feature-service trainer predictor monitor
KEDA_VERSION := 2.21.0
# What kubectl is told to apply: the overlay, with the tag of the images. Not part of the sources.
DEPLOYED := .closing-bell/deploy/$(ENVIRONMENT)

said = $(shell [ -z "$(PLACE)" ] || sed -n 's/^$(1)=//p' $(PLACE))
NAMESPACE := $(or $(call said,NAMESPACE),closing-bell)
CLUSTER = $(call said,CLUSTER)
CLUSTER_REGION = $(call said,REGION)
CLUSTER_PROJECT = $(call said,PROJECT)
IMAGES_AT = $(CLUSTER_REGION)-docker.pkg.dev/$(CLUSTER_PROJECT)/$(call said,REPOSITORY)
# Of this cluster and no other, whichever kubectl was last used with.
CONTEXT := $(if $(PLACE),gke_$(call said,PROJECT)_$(call said,REGION)_$(call said,CLUSTER),$(KUBE_CONTEXT))
KUBECTL := kubectl $(if $(CONTEXT),--context=$(CONTEXT)) --namespace=$(NAMESPACE)

# Shows a command as it is, then runs it unless DRY_RUN is set.
define run
@printf '+ %s\n' '$(subst ','\'',$(1))'
@$(if $(DRY_RUN),true,$(1))
endef

.PHONY: place cluster resources deploy status replay logs rollback destroy dashboard needs-place

needs-place:
	@[ -d $(OVERLAY) ] || { echo "There is no $(OVERLAY). ENVIRONMENT is one of: $(notdir $(wildcard k8s/overlays/*))" >&2; exit 2; }
	@[ -n "$(PLACE)" ] || { echo "$(ENVIRONMENT) is not at Google: it has no place.env. kubectl apply -k $(OVERLAY)" >&2; exit 2; }
	@case "$(CLUSTER_PROJECT)" in my-project*) [ -n "$(DRY_RUN)" ] || { echo "$(PLACE) still says $(CLUSTER_PROJECT): make place ENVIRONMENT=$(ENVIRONMENT) PROJECT=... REGION=..." >&2; exit 2; } ;; esac

place: ## Write where an ENVIRONMENT is (PROJECT, REGION) into its place.env, and its manifests anew (needs gcloud)
	@[ -n "$(PROJECT)" ] && [ -n "$(REGION)" ] || { echo "Say PROJECT and REGION: make place ENVIRONMENT=gke-staging PROJECT=my-id REGION=europe-west3" >&2; exit 2; }
	$(call run,sed -i.before -e 's/^PROJECT=.*/PROJECT=$(PROJECT)/' -e 's/^REGION=.*/REGION=$(REGION)/' -e 's/^BUCKET=.*/BUCKET=$(PROJECT)-closing-bell/' -e "s/^PROJECT_NUMBER=.*/PROJECT_NUMBER=$$(gcloud projects describe $(PROJECT) --format='value(projectNumber)')/" $(PLACE) && rm $(PLACE).before)
	$(call run,$(MAKE) --no-print-directory manifests)

cluster: needs-place ## Make the cluster: Autopilot with the add-on for secrets, and KEDA in it (needs gcloud, kubectl)
	$(call run,gcloud container clusters create-auto $(CLUSTER) --project=$(CLUSTER_PROJECT) --region=$(CLUSTER_REGION) --release-channel=regular --enable-secret-manager)
	$(call run,gcloud container clusters get-credentials $(CLUSTER) --project=$(CLUSTER_PROJECT) --region=$(CLUSTER_REGION))
	$(call run,kubectl --context=$(CONTEXT) apply --server-side -f https://github.com/kedacore/keda/releases/download/v$(KEDA_VERSION)/keda-$(KEDA_VERSION).yaml)

resources: needs-place ## Make topics, subscriptions, bucket, dataset, roles, scheduler and alerts (WITH=config-connector: by Config Connector in the cluster)
ifeq ($(WITH),config-connector)
	$(call run,$(KUBECTL) apply -k $(dir $(PLACE))config-connector)
else
	@DRY_RUN=$(DRY_RUN) k8s/google/setup.sh $(PLACE)
endif

deploy: needs-place manifests-check ## Deploy the images of TAG (this commit) to ENVIRONMENT, and wait until they run
	@mkdir -p $(DEPLOYED)
	@{ printf 'resources: [../../../%s]\nimages:\n' $(OVERLAY); for service in $(SERVICES); do printf -- '- { name: %s/%s, newTag: "%s" }\n' $(IMAGES_AT) $$service $(TAG); done; } > $(DEPLOYED)/kustomization.yaml
	$(call run,$(KUBECTL) apply -k $(DEPLOYED))
	$(call run,for service in $(SERVICES); do $(KUBECTL) rollout status deployment/$$service --timeout=10m || exit 1; done)

status: $(BUILT) ## Tell what runs in ENVIRONMENT, how it scales and where the latest sessions stand
	$(call run,$(KUBECTL) get deployments$(comma)pods --output=wide)
	$(call run,$(KUBECTL) get scaledobjects.keda.sh --ignore-not-found 2> /dev/null || $(KUBECTL) get horizontalpodautoscalers)
	$(call run,k8s/with-monitor.sh "$(KUBECTL)" $(or $(CLUSTER_PROJECT),local) npx closing-bell status)
comma := ,

replay: $(BUILT) ## Replay the closes FROM ... TO (SYMBOLS: a comma-separated list) in ENVIRONMENT
	@[ -n "$(FROM)" ] && [ -n "$(TO)" ] || { echo "Say FROM and TO: make replay ENVIRONMENT=gke-staging FROM=2026-11-02 TO=2026-11-06" >&2; exit 2; }
	$(call run,k8s/with-monitor.sh "$(KUBECTL)" $(or $(CLUSTER_PROJECT),local) npx closing-bell replay --from $(FROM) --to $(TO) $(if $(SYMBOLS),--symbols $(SYMBOLS)))

dashboard: ## Lead this machine's port 8400 to the dashboard of ENVIRONMENT until Ctrl-C
	$(call run,$(KUBECTL) port-forward --address=127.0.0.1 service/monitor 8400:80)

logs: ## Follow the logs of ENVIRONMENT, of one SERVICE or all
	$(call run,$(KUBECTL) logs --selector='app.kubernetes.io/part-of=closing-bell$(if $(SERVICE),$(comma)app.kubernetes.io/name=$(SERVICE))' --all-containers --prefix --tail=100 --max-log-requests=50 --follow)

rollback: needs-place ## Take ENVIRONMENT back to what was deployed before
	$(call run,for service in $(SERVICES); do $(KUBECTL) rollout undo deployment/$$service || exit 1; done)
	$(call run,for service in $(SERVICES); do $(KUBECTL) rollout status deployment/$$service --timeout=10m || exit 1; done)

destroy: needs-place ## Delete the cluster of ENVIRONMENT and the scheduler's jobs (CONFIRM=project); bucket, dataset and topics stay
	@[ "$(CONFIRM)" = "$(CLUSTER_PROJECT)" ] || [ -n "$(DRY_RUN)" ] || { echo "This deletes the cluster $(CLUSTER) of $(CLUSTER_PROJECT). Say so: make destroy ENVIRONMENT=$(ENVIRONMENT) CONFIRM=$(CLUSTER_PROJECT)" >&2; exit 2; }
	$(call run,for job in $$(gcloud scheduler jobs list --project=$(CLUSTER_PROJECT) --location=$(CLUSTER_REGION) --filter='name~/market-closed' --format='value(name.basename())'); do gcloud scheduler jobs delete "$$job" --project=$(CLUSTER_PROJECT) --location=$(CLUSTER_REGION) --quiet; done)
	$(call run,gcloud container clusters delete $(CLUSTER) --project=$(CLUSTER_PROJECT) --region=$(CLUSTER_REGION) --quiet)
	@echo "Left: gs://$(call said,BUCKET), the dataset $(call said,DATASET), topics, subscriptions, images, roles. docs/guide/gke.md says how to delete them."

#!/usr/bin/env bash
# Written by `make manifests` from the code in tools/kubernetes. Do not edit.
#
# Makes the Google resources of a place: services, images, topics, subscriptions, bucket, dataset, roles, scheduler, alerts.
# What is there is left as it is. Each command is shown before it runs; with DRY_RUN=1 none runs that changes anything.
#
#   k8s/google/setup.sh k8s/overlays/gke-staging/place.env
set -euo pipefail
[ $# = 1 ] && [ -f "$1" ] || { echo "Usage: $0 PLACE, such as k8s/overlays/gke-staging/place.env" >&2; exit 2; }
while IFS='=' read -r name value; do
  case "$name" in
    PROJECT | PROJECT_NUMBER | REGION | CLUSTER | NAMESPACE | REPOSITORY | BUCKET | DATASET) printf -v "$name" '%s' "$value" ;;
  esac
done < "$1"
: "${PROJECT:?}" "${PROJECT_NUMBER:?}" "${REGION:?}" "${NAMESPACE:?}" "${REPOSITORY:?}" "${BUCKET:?}" "${DATASET:?}"
if [[ "$PROJECT" = my-project* ]] && [ -z "${DRY_RUN:-}" ]; then
  echo "$1 still says my-project: make place PROJECT=... writes yours" >&2
  exit 2
fi
for tool in gcloud bq; do
  [ -n "${DRY_RUN:-}" ] || command -v "$tool" > /dev/null || { echo "$tool is not there: install the Google Cloud CLI" >&2; exit 2; }
done

# Shows a command, and runs it unless this is a dry run.
run() { printf '+ %s\n' "$(printf '%q ' "$@")" >&2; [ -n "${DRY_RUN:-}" ] || "$@"; }
# Whether what a command looks at is not there; in a dry run nothing is.
missing() { [ -n "${DRY_RUN:-}" ] || ! "$@" > /dev/null 2>&1; }
# A file of its own for a text, for what cannot be said on a command line.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
POOL="projects/$PROJECT_NUMBER/locations/global/workloadIdentityPools/$PROJECT.svc.id.goog/subject/ns"
pod() { printf 'principal://iam.googleapis.com/%s/%s/sa/%s' "$POOL" "${2:-$NAMESPACE}" "$1"; }
# Makes the alert whose definition lies in the scratch folder, unless there is one of its name.
alert() {
  local known=
  [ -n "${DRY_RUN:-}" ] || known=$(gcloud monitoring policies list --project="$PROJECT" --filter="displayName=\"$1\"" --format='value(name)')
  [ -n "$known" ] || run gcloud monitoring policies create --policy-from-file="$scratch/alert.json" --project="$PROJECT"
}
agent() { printf 'serviceAccount:service-%s@%s.iam.gserviceaccount.com' "$PROJECT_NUMBER" "$1"; }

echo "Services of Google"
run gcloud services enable artifactregistry.googleapis.com bigquery.googleapis.com bigquerystorage.googleapis.com cloudbuild.googleapis.com cloudscheduler.googleapis.com container.googleapis.com monitoring.googleapis.com pubsub.googleapis.com secretmanager.googleapis.com storage.googleapis.com --project="$PROJECT"

echo "Repository of images"
missing gcloud artifacts repositories describe "$REPOSITORY" --location="$REGION" --project="$PROJECT" && \
  run gcloud artifacts repositories create "$REPOSITORY" --repository-format=docker --location="$REGION" --project="$PROJECT"

echo "Topics and subscriptions"
missing gcloud pubsub topics describe market-closed --project="$PROJECT" && run gcloud pubsub topics create market-closed --project="$PROJECT"
missing gcloud pubsub topics describe ingestion-requested --project="$PROJECT" && run gcloud pubsub topics create ingestion-requested --project="$PROJECT"
missing gcloud pubsub topics describe bars-ingested --project="$PROJECT" && run gcloud pubsub topics create bars-ingested --project="$PROJECT"
missing gcloud pubsub topics describe features-computed --project="$PROJECT" && run gcloud pubsub topics create features-computed --project="$PROJECT"
missing gcloud pubsub topics describe model-ready --project="$PROJECT" && run gcloud pubsub topics create model-ready --project="$PROJECT"
missing gcloud pubsub topics describe forecast-made --project="$PROJECT" && run gcloud pubsub topics create forecast-made --project="$PROJECT"
missing gcloud pubsub topics describe drift-detected --project="$PROJECT" && run gcloud pubsub topics create drift-detected --project="$PROJECT"
missing gcloud pubsub topics describe attempt-failed --project="$PROJECT" && run gcloud pubsub topics create attempt-failed --project="$PROJECT"
missing gcloud pubsub topics describe dead-letters --project="$PROJECT" && run gcloud pubsub topics create dead-letters --project="$PROJECT"
missing gcloud pubsub subscriptions describe ingestor.market-closed --project="$PROJECT" && \
  run gcloud pubsub subscriptions create ingestor.market-closed --topic=market-closed --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=10 --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe ingestor.ingestion-requested --project="$PROJECT" && \
  run gcloud pubsub subscriptions create ingestor.ingestion-requested --topic=ingestion-requested --enable-message-ordering --ack-deadline=60 --min-retry-delay=2s --max-retry-delay=600s --dead-letter-topic=dead-letters --max-delivery-attempts=10 --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe feature-service.bars-ingested --project="$PROJECT" && \
  run gcloud pubsub subscriptions create feature-service.bars-ingested --topic=bars-ingested --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=10 --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe trainer.features-computed --project="$PROJECT" && \
  run gcloud pubsub subscriptions create trainer.features-computed --topic=features-computed --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=5 --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe trainer.drift-detected --project="$PROJECT" && \
  run gcloud pubsub subscriptions create trainer.drift-detected --topic=drift-detected --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=5 --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe predictor.model-ready --project="$PROJECT" && \
  run gcloud pubsub subscriptions create predictor.model-ready --topic=model-ready --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=10 --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.market-closed --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.market-closed --topic=market-closed --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.ingestion-requested --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.ingestion-requested --topic=ingestion-requested --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.bars-ingested --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.bars-ingested --topic=bars-ingested --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.features-computed --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.features-computed --topic=features-computed --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.model-ready --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.model-ready --topic=model-ready --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.forecast-made --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.forecast-made --topic=forecast-made --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.drift-detected --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.drift-detected --topic=drift-detected --enable-message-ordering --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.attempt-failed --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.attempt-failed --topic=attempt-failed --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --dead-letter-topic=dead-letters --max-delivery-attempts=20 --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"
missing gcloud pubsub subscriptions describe monitor.dead-letters --project="$PROJECT" && \
  run gcloud pubsub subscriptions create monitor.dead-letters --topic=dead-letters --ack-deadline=60 --min-retry-delay=1s --max-retry-delay=60s --retain-acked-messages --message-retention-duration=604800s --expiration-period=never --project="$PROJECT"

echo "Bucket"
missing gcloud storage buckets describe "gs://$BUCKET" && \
  run gcloud storage buckets create "gs://$BUCKET" --project="$PROJECT" --location="$REGION" --uniform-bucket-level-access --public-access-prevention
printf '%s' '{"lifecycle":{"rule":[{"action":{"type":"Delete"},"condition":{"age":7,"matchesPrefix":["store/checkpoints/"]}},{"action":{"type":"AbortIncompleteMultipartUpload"},"condition":{"age":1}}]}}' > "$scratch/lifecycle.json"
run gcloud storage buckets update "gs://$BUCKET" --lifecycle-file="$scratch/lifecycle.json"

echo "Dataset, tables and views"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET" && \
  run bq --project_id="$PROJECT" --location="$REGION" mk --dataset --description='Closing Bell: bars, forecasts, outcomes, model decisions and drift. Tables that end in _appends are written; read the views.' "$PROJECT:$DATASET"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"correlation_id","type":"STRING","mode":"REQUIRED","description":"Id of the message that started the cascade."},{"name":"message_id","type":"STRING","mode":"REQUIRED","description":"CloudEvents id of the message that brought it."},{"name":"causation_id","type":"STRING","mode":"NULLABLE","description":"Id of the message that caused this one."},{"name":"topic","type":"STRING","mode":"REQUIRED","description":"Topic."},{"name":"type","type":"STRING","mode":"REQUIRED","description":"CloudEvents type."},{"name":"source","type":"STRING","mode":"REQUIRED","description":"Who said it."},{"name":"exchange","type":"STRING","mode":"REQUIRED","description":"Exchange, by market identifier code."},{"name":"symbol","type":"STRING","mode":"NULLABLE","description":"Ticker symbol; none on a market close."},{"name":"session","type":"DATE","mode":"NULLABLE","description":"Session it is about; none on a day that was no session."},{"name":"trigger","type":"STRING","mode":"NULLABLE","description":"What made the trainer decide, on a model and its forecast."},{"name":"data","type":"STRING","mode":"REQUIRED","description":"The payload."},{"name":"said_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When it was said."},{"name":"published_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When Pub/Sub accepted it."},{"name":"cause_attempt","type":"INTEGER","mode":"NULLABLE","description":"Which delivery of the message that caused it was handled; none where nothing did, and on rows of release 0.1."},{"name":"cause_started_at","type":"TIMESTAMP","mode":"NULLABLE","description":"When the handling of the message that caused it began; none where nothing did, and on rows of release 0.1."},{"name":"trace_id","type":"STRING","mode":"NULLABLE","description":"W3C trace of the cascade, 32 hexadecimal digits; none where its publisher traced nothing."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.events_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to events; a row may come twice. Read events, which shows the first of each key.' --clustering_fields=symbol,correlation_id,message_id,append_id --time_partitioning_type=MONTH --time_partitioning_field=session --schema="$scratch/schema.json" "$PROJECT:$DATASET.events_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"correlation_id","type":"STRING","mode":"REQUIRED","description":"Id of the message."},{"name":"exchange","type":"STRING","mode":"REQUIRED","description":"Exchange, by market identifier code."},{"name":"session","type":"DATE","mode":"NULLABLE","description":"Session that closed."},{"name":"detail","type":"STRING","mode":"REQUIRED","description":"Why there was no session; empty where there was one."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.market_closes_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to market_closes; a row may come twice. Read market_closes, which shows the first of each key.' --clustering_fields=correlation_id,append_id --schema="$scratch/schema.json" "$PROJECT:$DATASET.market_closes_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"symbol","type":"STRING","mode":"REQUIRED","description":"Ticker symbol."},{"name":"session","type":"DATE","mode":"REQUIRED","description":"Session at whose close this was known."},{"name":"open","type":"FLOAT","mode":"REQUIRED","description":"Price."},{"name":"high","type":"FLOAT","mode":"REQUIRED","description":"Price."},{"name":"low","type":"FLOAT","mode":"REQUIRED","description":"Price."},{"name":"close","type":"FLOAT","mode":"REQUIRED","description":"Price."},{"name":"volume","type":"FLOAT","mode":"NULLABLE","description":"Shares traded; none where the source has none."},{"name":"source","type":"STRING","mode":"REQUIRED","description":"Market-data source."},{"name":"snapshot_uri","type":"STRING","mode":"REQUIRED","description":"Snapshot that holds it and all before."},{"name":"snapshot_sha256","type":"STRING","mode":"REQUIRED","description":"Hash of the snapshot."},{"name":"repairs","type":"INTEGER","mode":"REQUIRED","description":"Rows that a cleaning rule repaired in the snapshot."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.bars_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to bars; a row may come twice. Read bars, which shows the first of each key.' --clustering_fields=symbol,append_id --time_partitioning_type=MONTH --time_partitioning_field=session --schema="$scratch/schema.json" "$PROJECT:$DATASET.bars_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"symbol","type":"STRING","mode":"REQUIRED","description":"Ticker symbol."},{"name":"origin_session","type":"DATE","mode":"REQUIRED","description":"Forecast origin: the last session that the forecast knew."},{"name":"horizon","type":"INTEGER","mode":"REQUIRED","description":"Sessions ahead, 1 to 10."},{"name":"model_version","type":"INTEGER","mode":"REQUIRED","description":"Version in the registry; 0 for the baseline."},{"name":"forecaster","type":"STRING","mode":"REQUIRED","description":"What made it, such as lstm or rolling-quantile."},{"name":"target_session","type":"DATE","mode":"REQUIRED","description":"Session that is forecast."},{"name":"origin_close","type":"FLOAT","mode":"REQUIRED","description":"Close at the origin: what “tomorrow = today” forecasts."},{"name":"point","type":"FLOAT","mode":"REQUIRED","description":"Median, a price."},{"name":"quantiles","type":"FLOAT","mode":"REPEATED","description":"Price at each level k/40, k = 1 to 39."},{"name":"p05","type":"FLOAT","mode":"REQUIRED","description":"Lower end of the 90 % interval, a price."},{"name":"p25","type":"FLOAT","mode":"REQUIRED","description":"Lower quartile, a price."},{"name":"p75","type":"FLOAT","mode":"REQUIRED","description":"Upper quartile, a price."},{"name":"p95","type":"FLOAT","mode":"REQUIRED","description":"Upper end of the 90 % interval, a price."},{"name":"forecast_uri","type":"STRING","mode":"REQUIRED","description":"The forecast’s file."},{"name":"forecast_sha256","type":"STRING","mode":"REQUIRED","description":"Hash of the file."},{"name":"message_id","type":"STRING","mode":"REQUIRED","description":"CloudEvents id of the message that brought it."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.forecasts_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to forecasts; a row may come twice. Read forecasts, which shows the first of each key.' --clustering_fields=symbol,horizon,model_version,append_id --time_partitioning_type=MONTH --time_partitioning_field=origin_session --schema="$scratch/schema.json" "$PROJECT:$DATASET.forecasts_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"symbol","type":"STRING","mode":"REQUIRED","description":"Ticker symbol."},{"name":"session","type":"DATE","mode":"REQUIRED","description":"Session at whose close this was known."},{"name":"trigger","type":"STRING","mode":"REQUIRED","description":"features-computed or drift-detected."},{"name":"model_version","type":"INTEGER","mode":"REQUIRED","description":"Version in the registry; 0 for the baseline."},{"name":"code","type":"STRING","mode":"REQUIRED","description":"Reason, such as stale-bars; unspecified where release 0.1 gave none."},{"name":"detail","type":"STRING","mode":"REQUIRED","description":"The reason with its numbers."},{"name":"message_id","type":"STRING","mode":"REQUIRED","description":"CloudEvents id of the message that brought it."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.abstentions_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to abstentions; a row may come twice. Read abstentions, which shows the first of each key.' --clustering_fields=symbol,message_id,append_id --time_partitioning_type=MONTH --time_partitioning_field=session --schema="$scratch/schema.json" "$PROJECT:$DATASET.abstentions_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"symbol","type":"STRING","mode":"REQUIRED","description":"Ticker symbol."},{"name":"origin_session","type":"DATE","mode":"REQUIRED","description":"Forecast origin: the last session that the forecast knew."},{"name":"horizon","type":"INTEGER","mode":"REQUIRED","description":"Sessions ahead, 1 to 10."},{"name":"model_version","type":"INTEGER","mode":"REQUIRED","description":"Version in the registry; 0 for the baseline."},{"name":"target_session","type":"DATE","mode":"REQUIRED","description":"Session that was forecast."},{"name":"actual_close","type":"FLOAT","mode":"REQUIRED","description":"Close of the target session as known then."},{"name":"error","type":"FLOAT","mode":"REQUIRED","description":"Point minus actual, a price."},{"name":"naive_error","type":"FLOAT","mode":"REQUIRED","description":"Origin’s close minus actual, a price."},{"name":"crps","type":"FLOAT","mode":"REQUIRED","description":"Continuous ranked probability score of the log return; lower is better."},{"name":"naive_crps","type":"FLOAT","mode":"REQUIRED","description":"The same of “tomorrow = today”."},{"name":"inside_90","type":"BOOLEAN","mode":"REQUIRED","description":"Whether the 90 % interval held the actual close."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.outcomes_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to outcomes; a row may come twice. Read outcomes, which shows the first of each key.' --clustering_fields=symbol,origin_session,horizon,model_version --time_partitioning_type=MONTH --time_partitioning_field=target_session --schema="$scratch/schema.json" "$PROJECT:$DATASET.outcomes_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"symbol","type":"STRING","mode":"REQUIRED","description":"Ticker symbol."},{"name":"session","type":"DATE","mode":"REQUIRED","description":"Session at whose close this was known."},{"name":"trigger","type":"STRING","mode":"REQUIRED","description":"features-computed or drift-detected."},{"name":"decision","type":"STRING","mode":"REQUIRED","description":"kept, promoted, rejected or baseline."},{"name":"reasons","type":"STRING","mode":"REQUIRED","description":"Codes and sentences."},{"name":"reason_codes","type":"STRING","mode":"NULLABLE","description":"The codes alone, separated by commas; none on decisions of release 0.1."},{"name":"model_version","type":"INTEGER","mode":"REQUIRED","description":"Version in the registry; 0 for the baseline."},{"name":"record_uri","type":"STRING","mode":"REQUIRED","description":"The full record with the scores."},{"name":"record_sha256","type":"STRING","mode":"REQUIRED","description":"Hash of the record."},{"name":"message_id","type":"STRING","mode":"REQUIRED","description":"CloudEvents id of the message that brought it."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.model_decisions_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to model_decisions; a row may come twice. Read model_decisions, which shows the first of each key.' --clustering_fields=symbol,message_id,append_id --time_partitioning_type=MONTH --time_partitioning_field=session --schema="$scratch/schema.json" "$PROJECT:$DATASET.model_decisions_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"symbol","type":"STRING","mode":"REQUIRED","description":"Ticker symbol."},{"name":"session","type":"DATE","mode":"REQUIRED","description":"Session at whose close this was known."},{"name":"column","type":"STRING","mode":"REQUIRED","description":"Feature that is watched."},{"name":"test","type":"STRING","mode":"REQUIRED","description":"Distance that is measured, or Evidently’s name of its test."},{"name":"score","type":"FLOAT","mode":"REQUIRED","description":"The distance, or a test’s p-value."},{"name":"threshold","type":"FLOAT","mode":"REQUIRED","description":"Above it a distance means drift; of a p-value, up to it."},{"name":"alarmed","type":"BOOLEAN","mode":"REQUIRED","description":"Whether an alarm was raised: by the calibrated rule alone."},{"name":"bars_sha256","type":"STRING","mode":"REQUIRED","description":"Hash of the bars that it was measured on."},{"name":"rule","type":"STRING","mode":"NULLABLE","description":"calibrated, which alarms, or evidently-default, which is shown beside it; none on rows of release 0.1."},{"name":"drifted","type":"BOOLEAN","mode":"NULLABLE","description":"What the test itself says; none on rows of release 0.1."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.drift_scores_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to drift_scores; a row may come twice. Read drift_scores, which shows the first of each key.' --clustering_fields=symbol,column,test,bars_sha256 --time_partitioning_type=MONTH --time_partitioning_field=session --schema="$scratch/schema.json" "$PROJECT:$DATASET.drift_scores_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"id","type":"STRING","mode":"REQUIRED","description":"Id of the dead letter."},{"name":"reason","type":"STRING","mode":"REQUIRED","description":"Code, such as invalid-payload."},{"name":"detail","type":"STRING","mode":"REQUIRED","description":"What happened, to what, and what to do."},{"name":"subscription","type":"STRING","mode":"REQUIRED","description":"Subscription that gave it up."},{"name":"topic","type":"STRING","mode":"REQUIRED","description":"Topic to send it back to."},{"name":"attempts","type":"INTEGER","mode":"REQUIRED","description":"Deliveries before it was given up."},{"name":"message_id","type":"STRING","mode":"REQUIRED","description":"CloudEvents id of the message."},{"name":"type","type":"STRING","mode":"REQUIRED","description":"CloudEvents type of the message."},{"name":"correlation_id","type":"STRING","mode":"REQUIRED","description":"Cascade it belonged to."},{"name":"subject","type":"STRING","mode":"REQUIRED","description":"Symbol or exchange."},{"name":"session","type":"DATE","mode":"NULLABLE","description":"Session, where the payload says one."},{"name":"attributes","type":"STRING","mode":"REQUIRED","description":"The message’s attributes."},{"name":"data","type":"STRING","mode":"REQUIRED","description":"The message’s bytes in base64."},{"name":"ordering_key","type":"STRING","mode":"REQUIRED","description":"The message’s ordering key."},{"name":"published_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When it was dead-lettered."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.dead_letters_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to dead_letters; a row may come twice. Read dead_letters, which shows the first of each key.' --clustering_fields=id,append_id --schema="$scratch/schema.json" "$PROJECT:$DATASET.dead_letters_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"correlation_id","type":"STRING","mode":"REQUIRED","description":"Cascade of the message."},{"name":"message_id","type":"STRING","mode":"REQUIRED","description":"CloudEvents id of the message that was handled."},{"name":"subscription","type":"STRING","mode":"REQUIRED","description":"Subscription that delivered it."},{"name":"attempt","type":"INTEGER","mode":"REQUIRED","description":"Which delivery it was, from 1."},{"name":"subject","type":"STRING","mode":"REQUIRED","description":"Symbol or exchange."},{"name":"session","type":"DATE","mode":"NULLABLE","description":"Session, where the message says one."},{"name":"error","type":"STRING","mode":"REQUIRED","description":"What failed, in one line."},{"name":"started_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the handling began."},{"name":"failed_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When it failed."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.failed_attempts_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to failed_attempts; a row may come twice. Read failed_attempts, which shows the first of each key.' --clustering_fields=correlation_id,message_id,subscription,attempt --time_partitioning_type=MONTH --time_partitioning_field=session --schema="$scratch/schema.json" "$PROJECT:$DATASET.failed_attempts_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"id","type":"STRING","mode":"REQUIRED","description":"Id of the request."},{"name":"action","type":"STRING","mode":"REQUIRED","description":"replay, redrive or promote."},{"name":"subject","type":"STRING","mode":"REQUIRED","description":"Symbol, exchange or dead letter that it was about."},{"name":"request","type":"STRING","mode":"REQUIRED","description":"What was asked for."},{"name":"outcome","type":"STRING","mode":"REQUIRED","description":"done or refused."},{"name":"detail","type":"STRING","mode":"REQUIRED","description":"What came of it, in one sentence."},{"name":"asked_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When it was asked."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.actions_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to actions; a row may come twice. Read actions, which shows the first of each key.' --clustering_fields=id,append_id --schema="$scratch/schema.json" "$PROJECT:$DATASET.actions_appends"
printf '%s' '[{"name":"append_id","type":"STRING","mode":"REQUIRED","description":"Time of the append by its writer’s clock, the writer, and a running number: the least of a key counts."},{"name":"dead_letter_id","type":"STRING","mode":"REQUIRED","description":"Id of the dead letter."},{"name":"recorded_at","type":"TIMESTAMP","mode":"REQUIRED","description":"When the row was written."}]' > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.redrives_appends" && \
  run bq --project_id="$PROJECT" mk --table --description='Every append to redrives; a row may come twice. Read redrives, which shows the first of each key.' --clustering_fields=dead_letter_id,append_id --schema="$scratch/schema.json" "$PROJECT:$DATASET.redrives_appends"
sql='SELECT `correlation_id`, `message_id`, `causation_id`, `topic`, `type`, `source`, `exchange`, `symbol`, `session`, `trigger`, `data`, `said_at`, `published_at`, `cause_attempt`, `cause_started_at`, `trace_id`, `recorded_at`
FROM `the-project.the_dataset.events_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `correlation_id`, `message_id`, `session` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.events" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Every message of every cascade, once a cascade; failed attempts to handle one have a table of their own.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.events"
sql='SELECT `correlation_id`, `exchange`, `session`, `detail`, `recorded_at`
FROM `the-project.the_dataset.market_closes_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `correlation_id` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.market_closes" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Every market-closed message and the session that it meant, or why it meant none.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.market_closes"
sql='SELECT `symbol`, `session`, `open`, `high`, `low`, `close`, `volume`, `source`, `snapshot_uri`, `snapshot_sha256`, `repairs`, `recorded_at`
FROM `the-project.the_dataset.bars_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `symbol`, `session` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.bars" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='The bar of each session as it was known at its own close.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.bars"
sql='SELECT `symbol`, `origin_session`, `horizon`, `model_version`, `forecaster`, `target_session`, `origin_close`, `point`, `quantiles`, `p05`, `p25`, `p75`, `p95`, `forecast_uri`, `forecast_sha256`, `message_id`, `recorded_at`
FROM `the-project.the_dataset.forecasts_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `symbol`, `origin_session`, `horizon`, `model_version` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.forecasts" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Every forecast, one row a horizon and model version.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.forecasts"
sql='SELECT `symbol`, `session`, `trigger`, `model_version`, `code`, `detail`, `message_id`, `recorded_at`
FROM `the-project.the_dataset.abstentions_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `message_id`, `session` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.abstentions" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Every time that a forecaster abstained, and why.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.abstentions"
sql='SELECT `symbol`, `origin_session`, `horizon`, `model_version`, `target_session`, `actual_close`, `error`, `naive_error`, `crps`, `naive_crps`, `inside_90`, `recorded_at`
FROM `the-project.the_dataset.outcomes_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `symbol`, `origin_session`, `horizon`, `model_version`, `target_session` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.outcomes" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Matured forecasts against what happened and against “tomorrow = today”.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.outcomes"
sql='SELECT `symbol`, `session`, `trigger`, `decision`, `reasons`, `reason_codes`, `model_version`, `record_uri`, `record_sha256`, `message_id`, `recorded_at`
FROM `the-project.the_dataset.model_decisions_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `message_id`, `session` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.model_decisions" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='What the trainer decided at each close, and why.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.model_decisions"
sql='SELECT `symbol`, `session`, `column`, `test`, `score`, `threshold`, `alarmed`, `bars_sha256`, `rule`, `drifted`, `recorded_at`
FROM `the-project.the_dataset.drift_scores_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `symbol`, `session`, `column`, `test`, `bars_sha256` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.drift_scores" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Drift of the current window from the reference window, by column and test.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.drift_scores"
sql='SELECT `id`, `reason`, `detail`, `subscription`, `topic`, `attempts`, `message_id`, `type`, `correlation_id`, `subject`, `session`, `attributes`, `data`, `ordering_key`, `published_at`, `recorded_at`
FROM `the-project.the_dataset.dead_letters_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `id` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.dead_letters" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Messages that could not be handled, as they came, with the reason.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.dead_letters"
sql='SELECT `correlation_id`, `message_id`, `subscription`, `attempt`, `subject`, `session`, `error`, `started_at`, `failed_at`, `recorded_at`
FROM `the-project.the_dataset.failed_attempts_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `correlation_id`, `message_id`, `subscription`, `attempt`, `session` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.failed_attempts" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Every handling of a message that failed and was to be tried again, as far as its service could still say so.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.failed_attempts"
sql='SELECT `id`, `action`, `subject`, `request`, `outcome`, `detail`, `asked_at`, `recorded_at`
FROM `the-project.the_dataset.actions_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `id` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.actions" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='What people asked for through the API: replays, redrives, appointments of models.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.actions"
sql='SELECT `dead_letter_id`, `recorded_at`
FROM `the-project.the_dataset.redrives_appends`
WHERE TRUE
QUALIFY ROW_NUMBER() OVER (PARTITION BY `dead_letter_id` ORDER BY `append_id`) = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.redrives" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Dead letters that were sent again.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.redrives"
sql='SELECT f.symbol, f.origin_session, f.horizon, f.model_version, f.target_session, f.forecaster,
  f.model_version = MAX(f.model_version) OVER (PARTITION BY f.symbol, f.origin_session) AS last_version,
  f.origin_session = MAX(f.origin_session) OVER (PARTITION BY f.symbol) AS latest_origin,
  f.origin_close, f.point, f.p05, f.p25, f.p75, f.p95,
  o.actual_close, o.error, o.naive_error, o.crps, o.naive_crps, o.inside_90
FROM `the-project.the_dataset.forecasts` f
LEFT JOIN `the-project.the_dataset.outcomes` o ON o.symbol = f.symbol AND o.origin_session = f.origin_session
  AND o.horizon = f.horizon AND o.model_version = f.model_version'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.forecast_vs_actual" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Every forecast beside what then happened and beside “tomorrow = today”.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.forecast_vs_actual"
sql='SELECT symbol, horizon, CAST(DATE_TRUNC(target_session, MONTH) AS DATE) AS month, COUNT(*) AS forecasts,
  SUM(CASE WHEN inside_90 THEN 1 ELSE 0 END) AS inside_90,
  SUM(CASE WHEN inside_90 THEN 1 ELSE 0 END) / COUNT(*) AS coverage_90,
  SUM(CAST(ROUND((ABS(error)) * 1e9) AS INT64)) / 1e9 / COUNT(*) AS mean_absolute_error, SUM(CAST(ROUND((ABS(naive_error)) * 1e9) AS INT64)) / 1e9 / COUNT(*) AS naive_mean_absolute_error,
  SUM(CAST(ROUND((crps) * 1e9) AS INT64)) / 1e9 / COUNT(*) AS mean_crps, SUM(CAST(ROUND((naive_crps) * 1e9) AS INT64)) / 1e9 / COUNT(*) AS naive_mean_crps
FROM (SELECT * FROM `the-project.the_dataset.outcomes` WHERE TRUE
    QUALIFY model_version = MAX(model_version) OVER (PARTITION BY symbol, origin_session, horizon)) o
GROUP BY symbol, horizon, month'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.coverage_by_month" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='How matured forecasts fared, by symbol, horizon and month of the session that was forecast.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.coverage_by_month"
sql='SELECT d.symbol, d.session, d.trigger, d.message_id, d.decision, d.reason_codes, d.model_version, f.forecaster, d.record_uri
FROM `the-project.the_dataset.model_decisions` d
LEFT JOIN `the-project.the_dataset.forecasts` f ON f.symbol = d.symbol AND f.origin_session = d.session
  AND f.model_version = d.model_version AND f.horizon = 1'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.model_history" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='What was decided about the model at each close, and the forecaster that then served.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.model_history"
sql='SELECT s.symbol, s.session, s.`column` AS feature, s.test, s.bars_sha256,
  s.score, s.threshold, s.score / NULLIF(s.threshold, 0) AS score_to_threshold, s.rule, s.drifted, s.alarmed, d.decision
FROM `the-project.the_dataset.drift_scores` s
LEFT JOIN (SELECT symbol, session, MAX(decision) AS decision FROM `the-project.the_dataset.model_decisions`
  WHERE trigger = '\''drift-detected'\'' GROUP BY symbol, session) d ON d.symbol = s.symbol AND d.session = s.session'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.drift_by_feature" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='Drift of each watched feature at each close, and what the trainer made of an alarm.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.drift_by_feature"
sql='SELECT e.session, e.exchange, e.symbol, e.correlation_id,
  CASE WHEN e.forecasts > 0 THEN '\''forecast'\'' WHEN e.made > 0 THEN '\''abstained'\''
    WHEN d.open_dead_letters > 0 THEN '\''failed'\'' ELSE '\''unfinished'\'' END AS state,
  e.messages, COALESCE(d.open_dead_letters, 0) AS open_dead_letters, d.reason AS dead_letter_reason,
  e.started_at, e.ended_at, TIMESTAMP_DIFF(e.ended_at, e.started_at, MILLISECOND) AS milliseconds
FROM (
  SELECT session, MIN(exchange) AS exchange, symbol, correlation_id, COUNT(*) AS messages,
    SUM(CASE WHEN topic = '\''forecast-made'\'' THEN 1 ELSE 0 END) AS made,
    SUM(CASE WHEN topic = '\''forecast-made'\'' AND data LIKE '\''%"outcome":"forecast"%'\'' THEN 1 ELSE 0 END) AS forecasts,
    MIN(published_at) AS started_at, MAX(published_at) AS ended_at
  FROM `the-project.the_dataset.events` WHERE symbol IS NOT NULL AND session IS NOT NULL
  GROUP BY session, symbol, correlation_id) e
LEFT JOIN (
  SELECT l.correlation_id, l.subject, COUNT(*) AS open_dead_letters, MIN(l.reason) AS reason
  FROM `the-project.the_dataset.dead_letters` l
  LEFT JOIN `the-project.the_dataset.redrives` r ON r.dead_letter_id = l.id
  WHERE r.dead_letter_id IS NULL
  GROUP BY l.correlation_id, l.subject) d ON d.correlation_id = e.correlation_id AND d.subject = e.symbol'
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.pipeline_health" && \
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description='How far each symbol’s cascade came, what became of it, and how long it took.' --view="${sql//the-project.the_dataset./$PROJECT.$DATASET.}" "$PROJECT:$DATASET.pipeline_health"

echo "Secret of the monitor’s API: made of random bytes, shown nowhere"
if missing gcloud secrets describe closing-bell-api-token --project="$PROJECT"; then
  run gcloud secrets create closing-bell-api-token --replication-policy=user-managed --locations="$REGION" --project="$PROJECT"
  [ -n "${DRY_RUN:-}" ] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' | gcloud secrets versions add closing-bell-api-token --data-file=- --project="$PROJECT"
fi

echo "Who may do what"
run gcloud pubsub topics add-iam-policy-binding ingestion-requested --member="$(pod ingestor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding bars-ingested --member="$(pod ingestor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding attempt-failed --member="$(pod ingestor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding dead-letters --member="$(pod ingestor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding ingestor.market-closed --member="$(pod ingestor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding ingestor.ingestion-requested --member="$(pod ingestor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud storage buckets add-iam-policy-binding "gs://$BUCKET" --member="$(pod ingestor)" --role=roles/storage.objectUser > /dev/null
run gcloud pubsub topics add-iam-policy-binding features-computed --member="$(pod feature-service)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding attempt-failed --member="$(pod feature-service)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding dead-letters --member="$(pod feature-service)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding feature-service.bars-ingested --member="$(pod feature-service)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud storage buckets add-iam-policy-binding "gs://$BUCKET" --member="$(pod feature-service)" --role=roles/storage.objectUser > /dev/null
run gcloud pubsub topics add-iam-policy-binding model-ready --member="$(pod trainer)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding attempt-failed --member="$(pod trainer)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding dead-letters --member="$(pod trainer)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding trainer.features-computed --member="$(pod trainer)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding trainer.drift-detected --member="$(pod trainer)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud storage buckets add-iam-policy-binding "gs://$BUCKET" --member="$(pod trainer)" --role=roles/storage.objectUser > /dev/null
run gcloud pubsub topics add-iam-policy-binding forecast-made --member="$(pod predictor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding attempt-failed --member="$(pod predictor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding dead-letters --member="$(pod predictor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding predictor.model-ready --member="$(pod predictor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud storage buckets add-iam-policy-binding "gs://$BUCKET" --member="$(pod predictor)" --role=roles/storage.objectUser > /dev/null
run gcloud pubsub topics add-iam-policy-binding market-closed --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding ingestion-requested --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding bars-ingested --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding features-computed --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding model-ready --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding forecast-made --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding drift-detected --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding attempt-failed --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub topics add-iam-policy-binding dead-letters --member="$(pod monitor)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.market-closed --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.ingestion-requested --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.bars-ingested --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.features-computed --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.model-ready --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.forecast-made --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.drift-detected --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.attempt-failed --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.dead-letters --member="$(pod monitor)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud storage buckets add-iam-policy-binding "gs://$BUCKET" --member="$(pod monitor)" --role=roles/storage.objectUser > /dev/null
run bq --project_id="$PROJECT" --location="$REGION" query --use_legacy_sql=false "GRANT \`roles/bigquery.dataEditor\` ON SCHEMA \`$PROJECT.$DATASET\` TO \"$(printf %s "$(pod monitor)")\"" > /dev/null
run gcloud projects add-iam-policy-binding "$PROJECT" --member="$(pod monitor)" --role=roles/bigquery.jobUser --condition=None > /dev/null
run gcloud secrets add-iam-policy-binding closing-bell-api-token --member="$(pod monitor)" --role=roles/secretmanager.secretAccessor --project="$PROJECT" > /dev/null
run gcloud projects add-iam-policy-binding "$PROJECT" --member="$(pod keda-operator keda)" --role=roles/monitoring.viewer --condition=None > /dev/null
run gcloud pubsub topics add-iam-policy-binding dead-letters --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.publisher --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding ingestor.market-closed --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding ingestor.ingestion-requested --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding feature-service.bars-ingested --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding trainer.features-computed --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding trainer.drift-detected --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding predictor.model-ready --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.market-closed --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.ingestion-requested --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.bars-ingested --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.features-computed --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.model-ready --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.forecast-made --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.drift-detected --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null
run gcloud pubsub subscriptions add-iam-policy-binding monitor.attempt-failed --member="$(agent gcp-sa-pubsub)" --role=roles/pubsub.subscriber --project="$PROJECT" > /dev/null

echo "Scheduler"
missing gcloud scheduler jobs describe market-closed --location="$REGION" --project="$PROJECT" && \
  run gcloud scheduler jobs create pubsub market-closed --location="$REGION" --project="$PROJECT" --schedule='15 16 * * 1,2,3,4,5' --time-zone=America/New_York --topic=market-closed --message-body='{"exchange":"XNYS"}' --description='XNYS has closed, a quarter of an hour ago at the usual hour' --attributes=ce-type=closing-bell.market-closed.v1,ce-source=/closing-bell/scheduler,ce-specversion=1.0,content-type=application/json || \
  run gcloud scheduler jobs update pubsub market-closed --location="$REGION" --project="$PROJECT" --schedule='15 16 * * 1,2,3,4,5' --time-zone=America/New_York --topic=market-closed --message-body='{"exchange":"XNYS"}' --description='XNYS has closed, a quarter of an hour ago at the usual hour' --update-attributes=ce-type=closing-bell.market-closed.v1,ce-source=/closing-bell/scheduler,ce-specversion=1.0,content-type=application/json
missing gcloud scheduler jobs describe market-closed-early-1300 --location="$REGION" --project="$PROJECT" && \
  run gcloud scheduler jobs create pubsub market-closed-early-1300 --location="$REGION" --project="$PROJECT" --schedule='15 13 * * 1,2,3,4,5' --time-zone=America/New_York --topic=market-closed --message-body='{"exchange":"XNYS"}' --description='XNYS has closed, if it closed early today at 13:00; else nothing happens' --attributes=ce-type=closing-bell.market-closed.v1,ce-source=/closing-bell/scheduler,ce-specversion=1.0,content-type=application/json || \
  run gcloud scheduler jobs update pubsub market-closed-early-1300 --location="$REGION" --project="$PROJECT" --schedule='15 13 * * 1,2,3,4,5' --time-zone=America/New_York --topic=market-closed --message-body='{"exchange":"XNYS"}' --description='XNYS has closed, if it closed early today at 13:00; else nothing happens' --update-attributes=ce-type=closing-bell.market-closed.v1,ce-source=/closing-bell/scheduler,ce-specversion=1.0,content-type=application/json

echo "Alerts"
printf '%s' '{"displayName":"Closing Bell: messages for ingestor wait","combiner":"OR","documentation":{"content":"A message for ingestor has waited two hours. See whether its pods run and scale (make status), then the runbook: docs/guide/runbook.md, \"Backlog\".","mimeType":"text/markdown"},"conditions":[{"displayName":"Closing Bell: messages for ingestor wait","conditionThreshold":{"filter":"resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.label.subscription_id = one_of(\"ingestor.market-closed\", \"ingestor.ingestion-requested\")","comparison":"COMPARISON_GT","thresholdValue":7200,"duration":"300s","aggregations":[{"alignmentPeriod":"60s","perSeriesAligner":"ALIGN_MAX"}]}}]}' > "$scratch/alert.json"
alert 'Closing Bell: messages for ingestor wait'
printf '%s' '{"displayName":"Closing Bell: messages for feature-service wait","combiner":"OR","documentation":{"content":"A message for feature-service has waited two hours. See whether its pods run and scale (make status), then the runbook: docs/guide/runbook.md, \"Backlog\".","mimeType":"text/markdown"},"conditions":[{"displayName":"Closing Bell: messages for feature-service wait","conditionThreshold":{"filter":"resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.label.subscription_id = one_of(\"feature-service.bars-ingested\")","comparison":"COMPARISON_GT","thresholdValue":7200,"duration":"300s","aggregations":[{"alignmentPeriod":"60s","perSeriesAligner":"ALIGN_MAX"}]}}]}' > "$scratch/alert.json"
alert 'Closing Bell: messages for feature-service wait'
printf '%s' '{"displayName":"Closing Bell: messages for trainer wait","combiner":"OR","documentation":{"content":"A message for trainer has waited two hours. See whether its pods run and scale (make status), then the runbook: docs/guide/runbook.md, \"Backlog\".","mimeType":"text/markdown"},"conditions":[{"displayName":"Closing Bell: messages for trainer wait","conditionThreshold":{"filter":"resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.label.subscription_id = one_of(\"trainer.features-computed\", \"trainer.drift-detected\")","comparison":"COMPARISON_GT","thresholdValue":7200,"duration":"300s","aggregations":[{"alignmentPeriod":"60s","perSeriesAligner":"ALIGN_MAX"}]}}]}' > "$scratch/alert.json"
alert 'Closing Bell: messages for trainer wait'
printf '%s' '{"displayName":"Closing Bell: messages for predictor wait","combiner":"OR","documentation":{"content":"A message for predictor has waited two hours. See whether its pods run and scale (make status), then the runbook: docs/guide/runbook.md, \"Backlog\".","mimeType":"text/markdown"},"conditions":[{"displayName":"Closing Bell: messages for predictor wait","conditionThreshold":{"filter":"resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.label.subscription_id = one_of(\"predictor.model-ready\")","comparison":"COMPARISON_GT","thresholdValue":7200,"duration":"300s","aggregations":[{"alignmentPeriod":"60s","perSeriesAligner":"ALIGN_MAX"}]}}]}' > "$scratch/alert.json"
alert 'Closing Bell: messages for predictor wait'
printf '%s' '{"displayName":"Closing Bell: messages for monitor wait","combiner":"OR","documentation":{"content":"A message for monitor has waited two hours. See whether its pods run and scale (make status), then the runbook: docs/guide/runbook.md, \"Backlog\".","mimeType":"text/markdown"},"conditions":[{"displayName":"Closing Bell: messages for monitor wait","conditionThreshold":{"filter":"resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\" AND resource.label.subscription_id = one_of(\"monitor.market-closed\", \"monitor.ingestion-requested\", \"monitor.bars-ingested\", \"monitor.features-computed\", \"monitor.model-ready\", \"monitor.forecast-made\", \"monitor.drift-detected\", \"monitor.attempt-failed\")","comparison":"COMPARISON_GT","thresholdValue":7200,"duration":"300s","aggregations":[{"alignmentPeriod":"60s","perSeriesAligner":"ALIGN_MAX"}]}}]}' > "$scratch/alert.json"
alert 'Closing Bell: messages for monitor wait'
printf '%s' '{"displayName":"Closing Bell: dead letters are not recorded","combiner":"OR","documentation":{"content":"Messages were given up, and the monitor has not recorded them for an hour. See whether it runs and reaches BigQuery; docs/guide/runbook.md, \"Dead letters\".","mimeType":"text/markdown"},"conditions":[{"displayName":"Closing Bell: dead letters are not recorded","conditionThreshold":{"filter":"resource.type = \"pubsub_subscription\" AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.label.subscription_id = one_of(\"monitor.dead-letters\")","comparison":"COMPARISON_GT","thresholdValue":0,"duration":"3600s","aggregations":[{"alignmentPeriod":"60s","perSeriesAligner":"ALIGN_MAX"}]}}]}' > "$scratch/alert.json"
alert 'Closing Bell: dead letters are not recorded'
echo "Done. What differs from what it should be, \`closing-bell setup --dry-run\` tells, and \`closing-bell setup\` mends."

import { allSubscriptions, topics } from '@closing-bell/contracts';
import { type ExchangeCalendar } from '@closing-bell/market';
import { subscriptionSettings } from '@closing-bell/messaging';
import { bucketSettings } from '@closing-bell/storage';
import {
  type BigQueryField,
  bigQueryFieldsOf,
  bigQueryTables,
  bigQueryViews,
  clusterColumnsOf,
  DATASET_DESCRIPTION,
  viewIn,
} from '@closing-bell/warehouse';
import { GENERATED } from '../manifest';
import { OBJECTS_PREFIX } from '../place';
import { schedulerJobs } from '../schedule';
import { alertPolicy, alerts } from './alerts';
import { API_TOKEN_SECRET, type Grant, grants, type Member, type Target } from './grants';
import { SERVICES_OF_GOOGLE } from './services-of-google';

/** Stand-ins in what the code words for a project and a dataset; the script puts the real ones there. */
const STAND_IN = { projectId: 'the-project', datasetId: 'the_dataset' } as const;

/**
 * A shell script that makes the Google resources of a place without Config Connector: what is there is left as it is, what is missing is
 * made. It reads the place from the `place.env` that it is given.
 */
export function setupScript(calendar: ExchangeCalendar): string {
  return [
    HEADER,
    section('Services of Google'),
    `run gcloud services enable ${SERVICES_OF_GOOGLE.join(' ')} --project="$PROJECT"`,
    section('Repository of images'),
    'missing gcloud artifacts repositories describe "$REPOSITORY" --location="$REGION" --project="$PROJECT" && \\',
    '  run gcloud artifacts repositories create "$REPOSITORY" --repository-format=docker --location="$REGION" --project="$PROJECT"',
    section('Topics and subscriptions'),
    ...topics.map(topicLine),
    ...allSubscriptions.map(subscriptionLine),
    section('Bucket'),
    ...bucketLines(),
    section('Dataset, tables and views'),
    ...datasetLines(),
    ...bigQueryTables.map(tableLines),
    ...bigQueryViews.map(viewLines),
    section('Secret of the monitor’s API: made of random bytes, shown nowhere'),
    ...secretLines(),
    section('Who may do what'),
    ...grants({ bucket: '$BUCKET', dataset: '$DATASET' }).map(grantLine),
    section('Scheduler'),
    ...schedulerJobs(calendar).map(jobLines),
    section('Alerts'),
    ...alerts.map(alertLines),
    'echo "Done. What differs from what it should be, \\`closing-bell setup --dry-run\\` tells, and \\`closing-bell setup\\` mends."',
    '',
  ].join('\n');
}

const HEADER = `#!/usr/bin/env bash
# ${GENERATED}
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
: "\${PROJECT:?}" "\${PROJECT_NUMBER:?}" "\${REGION:?}" "\${NAMESPACE:?}" "\${REPOSITORY:?}" "\${BUCKET:?}" "\${DATASET:?}"
if [[ "$PROJECT" = my-project* ]] && [ -z "\${DRY_RUN:-}" ]; then
  echo "$1 still says my-project: make place PROJECT=... writes yours" >&2
  exit 2
fi
for tool in gcloud bq; do
  [ -n "\${DRY_RUN:-}" ] || command -v "$tool" > /dev/null || { echo "$tool is not there: install the Google Cloud CLI" >&2; exit 2; }
done

# Shows a command, and runs it unless this is a dry run.
run() { printf '+ %s\\n' "$(printf '%q ' "$@")" >&2; [ -n "\${DRY_RUN:-}" ] || "$@"; }
# Whether what a command looks at is not there; in a dry run nothing is.
missing() { [ -n "\${DRY_RUN:-}" ] || ! "$@" > /dev/null 2>&1; }
# A file of its own for a text, for what cannot be said on a command line.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
POOL="projects/$PROJECT_NUMBER/locations/global/workloadIdentityPools/$PROJECT.svc.id.goog/subject/ns"
pod() { printf 'principal://iam.googleapis.com/%s/%s/sa/%s' "$POOL" "\${2:-$NAMESPACE}" "$1"; }
# Makes the alert whose definition lies in the scratch folder, unless there is one of its name.
alert() {
  local known=
  [ -n "\${DRY_RUN:-}" ] || known=$(gcloud monitoring policies list --project="$PROJECT" --filter="displayName=\\"$1\\"" --format='value(name)')
  [ -n "$known" ] || run gcloud monitoring policies create --policy-from-file="$scratch/alert.json" --project="$PROJECT"
}
agent() { printf 'serviceAccount:service-%s@%s.iam.gserviceaccount.com' "$PROJECT_NUMBER" "$1"; }`;

const section = (name: string): string => `\necho "${name}"`;

/** Text as one word of a shell, whatever is in it. */
const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function topicLine(name: string): string {
  return `missing gcloud pubsub topics describe ${name} --project="$PROJECT" && run gcloud pubsub topics create ${name} --project="$PROJECT"`;
}

function subscriptionLine(subscription: (typeof allSubscriptions)[number]): string {
  const { name, topic } = subscription;
  const wanted = subscriptionSettings(STAND_IN.projectId, subscription);
  const { retryPolicy, deadLetterPolicy, messageRetentionDuration, filter } = wanted;
  const flags = [
    `--topic=${topic}`,
    ...(wanted.enableMessageOrdering ? ['--enable-message-ordering'] : []),
    ...(filter === '' ? [] : [`--message-filter=${word(filter)}`]),
    `--ack-deadline=${wanted.ackDeadlineSeconds}`,
    `--min-retry-delay=${retryPolicy.minimumBackoff.seconds}s`,
    `--max-retry-delay=${retryPolicy.maximumBackoff.seconds}s`,
    ...(deadLetterPolicy === null
      ? []
      : [
          `--dead-letter-topic=${deadLetterPolicy.deadLetterTopic.split('/').at(-1)}`,
          `--max-delivery-attempts=${deadLetterPolicy.maxDeliveryAttempts}`,
        ]),
    ...(wanted.retainAckedMessages ? ['--retain-acked-messages'] : []),
    `--message-retention-duration=${messageRetentionDuration.seconds}s`,
    '--expiration-period=never',
  ];
  return `missing gcloud pubsub subscriptions describe ${name} --project="$PROJECT" && \\
  run gcloud pubsub subscriptions create ${name} ${flags.join(' ')} --project="$PROJECT"`;
}

function bucketLines(): string[] {
  const { lifecycle } = bucketSettings(`${OBJECTS_PREFIX}/`);
  return [
    'missing gcloud storage buckets describe "gs://$BUCKET" && \\',
    '  run gcloud storage buckets create "gs://$BUCKET" --project="$PROJECT" --location="$REGION" --uniform-bucket-level-access --public-access-prevention',
    `printf '%s' ${word(JSON.stringify({ lifecycle }))} > "$scratch/lifecycle.json"`,
    'run gcloud storage buckets update "gs://$BUCKET" --lifecycle-file="$scratch/lifecycle.json"',
  ];
}

function datasetLines(): string[] {
  return [
    'missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET" && \\',
    `  run bq --project_id="$PROJECT" --location="$REGION" mk --dataset --description=${word(DATASET_DESCRIPTION)} "$PROJECT:$DATASET"`,
  ];
}

function tableLines(table: (typeof bigQueryTables)[number]): string {
  const fields: readonly BigQueryField[] = bigQueryFieldsOf(table);
  const flags = [
    `--description=${word(table.description)}`,
    `--clustering_fields=${clusterColumnsOf(table).join(',')}`,
    ...(table.partitionBy === undefined
      ? []
      : ['--time_partitioning_type=MONTH', `--time_partitioning_field=${table.partitionBy}`]),
  ];
  return `printf '%s' ${word(JSON.stringify(fields))} > "$scratch/schema.json"
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.${table.name}" && \\
  run bq --project_id="$PROJECT" mk --table ${flags.join(' ')} --schema="$scratch/schema.json" "$PROJECT:$DATASET.${table.name}"`;
}

function viewLines(view: (typeof bigQueryViews)[number]): string {
  const { sql } = viewIn(STAND_IN, view);
  const names = `${STAND_IN.projectId}.${STAND_IN.datasetId}.`;
  return `sql=${word(sql)}
missing bq --project_id="$PROJECT" show "$PROJECT:$DATASET.${view.name}" && \\
  run bq --project_id="$PROJECT" mk --use_legacy_sql=false --description=${word(view.description)} --view="\${sql//${names}/$PROJECT.$DATASET.}" "$PROJECT:$DATASET.${view.name}"`;
}

function secretLines(): string[] {
  const name = API_TOKEN_SECRET;
  return [
    `if missing gcloud secrets describe ${name} --project="$PROJECT"; then`,
    `  run gcloud secrets create ${name} --replication-policy=user-managed --locations="$REGION" --project="$PROJECT"`,
    `  [ -n "\${DRY_RUN:-}" ] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \\n' | gcloud secrets versions add ${name} --data-file=- --project="$PROJECT"`,
    'fi',
  ];
}

const memberOf = (member: Member): string =>
  member.kind === 'pod'
    ? `"$(pod ${[member.serviceAccount, member.namespace].filter(Boolean).join(' ')})"`
    : `"$(agent ${member.agent})"`;

function grantLine({ member, role, on }: Grant): string {
  const binding = `--member=${memberOf(member)} --role=${role}`;
  return commandOn(on, binding, role, memberOf(member));
}

function commandOn({ kind, name }: Target, binding: string, role: string, member: string): string {
  const quiet = '> /dev/null';
  switch (kind) {
    case 'project':
      return `run gcloud projects add-iam-policy-binding "$PROJECT" ${binding} --condition=None ${quiet}`;
    case 'topic':
      return `run gcloud pubsub topics add-iam-policy-binding ${name} ${binding} --project="$PROJECT" ${quiet}`;
    case 'subscription':
      return `run gcloud pubsub subscriptions add-iam-policy-binding ${name} ${binding} --project="$PROJECT" ${quiet}`;
    case 'bucket':
      return `run gcloud storage buckets add-iam-policy-binding "gs://${name}" ${binding} ${quiet}`;
    case 'dataset':
      // The API has roles of a dataset as its access list; SQL has them as roles.
      return `run bq --project_id="$PROJECT" --location="$REGION" query --use_legacy_sql=false "GRANT \\\`${role}\\\` ON SCHEMA \\\`$PROJECT.${name}\\\` TO \\"$(printf %s ${member})\\"" ${quiet}`;
    case 'secret':
      return `run gcloud secrets add-iam-policy-binding ${name} ${binding} --project="$PROJECT" ${quiet}`;
  }
}

function jobLines(job: ReturnType<typeof schedulerJobs>[number]): string {
  const { name, description, schedule, timeZone, topic, attributes, body } = job;
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${value}`);
  const flags = [
    '--location="$REGION"',
    '--project="$PROJECT"',
    `--schedule=${word(schedule)}`,
    `--time-zone=${timeZone}`,
    `--topic=${topic}`,
    `--message-body=${word(body)}`,
    `--description=${word(description)}`,
  ].join(' ');
  return `missing gcloud scheduler jobs describe ${name} --location="$REGION" --project="$PROJECT" && \\
  run gcloud scheduler jobs create pubsub ${name} ${flags} --attributes=${pairs.join(',')} || \\
  run gcloud scheduler jobs update pubsub ${name} ${flags} --update-attributes=${pairs.join(',')}`;
}

function alertLines(alert: (typeof alerts)[number]): string {
  return `printf '%s' ${word(JSON.stringify(alertPolicy(alert)))} > "$scratch/alert.json"
alert ${word(alert.displayName)}`;
}

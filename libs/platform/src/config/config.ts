import { EXCHANGE_PATTERN, SYMBOL_PATTERN } from '@closing-bell/contracts';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { integer, list, oneOf, readVariable, type ReadText, secret, share, text, type Variable } from './variable';

const HTTPS_OR_LOOPBACK = /^(https:\/\/[^\s@/?#]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?)\/?$/;
const HTTP_WITHOUT_CREDENTIALS = /^https?:\/\/[^\s@?#]+$/;
// A name is what a header or an attribute can be called; a value is percent-encoded.
const NAME_AND_VALUE = /^\s*[\w.-]+\s*=(?:[^,=%]|%[0-9A-Fa-f]{2})*$/;
const HOST_AND_PORT = /^[A-Za-z0-9.\-_[\]:]+:\d{1,5}$/;

/** Every variable of the configuration, by the name it has in {@link Config}. The docs' table is made from this. */
export const VARIABLES = {
  projectId: text(
    {
      name: 'CLOSING_BELL_PROJECT',
      description: 'Google Cloud project of the topics and subscriptions.',
      fallback: 'closing-bell',
    },
    /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    'a project id: 6 to 30 lower-case letters, digits and hyphens',
  ),
  emulatorHost: text<string | undefined>(
    {
      name: 'PUBSUB_EMULATOR_HOST',
      description:
        'Address of a Pub/Sub server or emulator that runs already; unset: Google Pub/Sub, and `closing-bell up` and `demo` start an embedded one.',
      fallback: undefined,
    },
    HOST_AND_PORT,
    'host:port',
  ),
  exchange: text(
    { name: 'CLOSING_BELL_EXCHANGE', description: 'Exchange whose closes are followed.', fallback: 'XNYS' },
    EXCHANGE_PATTERN,
    'a market identifier code such as XNYS',
  ),
  symbols: list(
    {
      name: 'CLOSING_BELL_SYMBOLS',
      description: 'Symbols to run when a market-closed message names none.',
      fallback: ['^GSPC'],
    },
    SYMBOL_PATTERN,
    'a ticker symbol such as AAPL or ^GSPC',
  ),
  marketData: text(
    {
      name: 'CLOSING_BELL_MARKET_DATA',
      description: 'Where bars come from: the built-in sample of the S&P 500, a folder of CSV files, or Yahoo Finance.',
      fallback: 'sample:',
    },
    /^(sample:|csv:.+|yahoo:)$/,
    'sample:, csv:/path/to/folder or yahoo:',
  ),
  home: text(
    {
      name: 'CLOSING_BELL_HOME',
      description: 'Folder of objects, warehouse and local Pub/Sub where their own variables do not say otherwise.',
      fallback: '.closing-bell',
    },
    /^[^\0]+$/,
    'a path',
  ),
  objects: text<string | undefined>(
    {
      name: 'CLOSING_BELL_OBJECTS',
      description: 'Object store; unset: the folder `objects` of the home.',
      fallback: undefined,
    },
    /^[a-z]+:\/\/.+$/,
    'file:///absolute/path or gs://bucket/prefix',
  ),
  gcsEndpoint: text<string | undefined>(
    {
      name: 'CLOSING_BELL_GCS_ENDPOINT',
      description:
        'Address to ask in place of Google’s for objects at gs://, such as an emulator’s on this machine; credentials go to addresses of googleapis.com alone.',
      fallback: undefined,
    },
    HTTPS_OR_LOOPBACK,
    'an https URL, or an http URL of this machine such as http://127.0.0.1:4443, without path and credentials',
  ),
  // US is where Google makes buckets and datasets that are given no place, so those made by hand are found to be right.
  location: text(
    {
      name: 'CLOSING_BELL_LOCATION',
      description:
        'Where Google keeps what `closing-bell setup` makes: a place of Cloud Storage and BigQuery alike. It cannot be moved later.',
      fallback: 'US',
    },
    /^(EU|US|[a-z]+-[a-z]+\d+)$/,
    'EU, US or a region such as europe-west3',
  ),
  warehouse: text<string | undefined>(
    {
      name: 'CLOSING_BELL_WAREHOUSE',
      description: 'Warehouse, which the monitor alone writes; unset: the file `warehouse.duckdb` of the home.',
      fallback: undefined,
    },
    /^(duckdb:.+|bigquery:\/\/[a-z][a-z0-9-]{4,28}[a-z0-9]\/[A-Za-z0-9_]{1,1024})$/,
    'duckdb:/path/to/file or bigquery://project/dataset',
  ),
  bigQueryEndpoint: text<string | undefined>(
    {
      name: 'CLOSING_BELL_BIGQUERY_ENDPOINT',
      description:
        'Address to ask in place of Google’s for a warehouse at bigquery://, such as an emulator’s on this machine; credentials go to addresses of googleapis.com alone.',
      fallback: undefined,
    },
    HTTPS_OR_LOOPBACK,
    'an https URL, or an http URL of this machine such as http://127.0.0.1:9050, without path and credentials',
  ),
  bigQueryStorageEndpoint: text<string | undefined>(
    {
      name: 'CLOSING_BELL_BIGQUERY_STORAGE_ENDPOINT',
      description: 'Address of an emulator on this machine that rows are appended to by gRPC in place of Google.',
      fallback: undefined,
    },
    /^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/,
    'host:port of this machine, such as 127.0.0.1:9060',
  ),
  retrainAfterSessions: integer(
    {
      name: 'CLOSING_BELL_RETRAIN_AFTER_SESSIONS',
      description: 'Age, in sessions, at which a champion is retrained.',
      fallback: 63,
    },
    1,
    10_000,
  ),
  retrainPauseSessions: integer(
    {
      name: 'CLOSING_BELL_RETRAIN_PAUSE_SESSIONS',
      description:
        'Sessions after a training in which none of age, a missing champion and bad forecasts starts another.',
      fallback: 21,
    },
    0,
    10_000,
  ),
  driftPauseSessions: integer(
    {
      name: 'CLOSING_BELL_DRIFT_PAUSE_SESSIONS',
      description: 'Sessions after a training in which a drift alarm starts no other.',
      fallback: 10,
    },
    0,
    10_000,
  ),
  trainingSeed: integer(
    { name: 'CLOSING_BELL_TRAINING_SEED', description: 'Seed of every training.', fallback: 1 },
    0,
    2 ** 31 - 1,
  ),
  lstmUnits: integer(
    { name: 'CLOSING_BELL_LSTM_UNITS', description: 'Width of the LSTM layer.', fallback: 200 },
    1,
    4096,
  ),
  lstmEpochs: integer(
    { name: 'CLOSING_BELL_LSTM_EPOCHS', description: 'Training epochs at most.', fallback: 25 },
    1,
    10_000,
  ),
  lstmWarmStart: oneOf(
    {
      name: 'CLOSING_BELL_LSTM_WARM_START',
      description: 'Where a retraining starts: at weights drawn from the seed, or at the champion’s.',
      fallback: 'seed',
    },
    ['seed', 'champion'],
  ),
  engine: oneOf(
    {
      name: 'CLOSING_BELL_ENGINE',
      description:
        'What computes a training: TensorFlow where it is provisioned (`make tensorflow`), the WebAssembly kernel, or the slow reference; auto: the fastest at hand.',
      fallback: 'auto',
    },
    ['auto', 'tensorflow', 'wasm', 'layers'],
  ),
  trainingProcesses: integer(
    {
      name: 'CLOSING_BELL_TRAINING_PROCESSES',
      description: 'Trainings at a time, each in a process on one core; 0: one a core.',
      fallback: 0,
    },
    0,
    256,
  ),
  cache: text<string | undefined>(
    {
      name: 'CLOSING_BELL_CACHE',
      description:
        'Folder of what was downloaded or built for this machine; unset: closing-bell in $XDG_CACHE_HOME or ~/.cache.',
      fallback: undefined,
    },
    /^[^\0]+$/,
    'a path',
  ),
  commit: text<string | undefined>(
    {
      name: 'CLOSING_BELL_COMMIT',
      description: 'Commit that the services were built from, which each training names; `make` sets it.',
      fallback: undefined,
    },
    /^[0-9a-f]{7,64}$/,
    'a commit’s hash',
  ),
  mlflow: text<string | undefined>(
    {
      name: 'MLFLOW_TRACKING_URI',
      description: 'MLflow server that is told of every training, model and appointment; unset: none.',
      fallback: undefined,
    },
    /^https?:\/\/[^\s@]+$/,
    'an http or https URL without credentials',
  ),
  mlflowUsername: text<string | undefined>(
    { name: 'MLFLOW_TRACKING_USERNAME', description: 'User for Basic authentication at MLflow.', fallback: undefined },
    /^[^\s:]+$/,
    'a user’s name',
  ),
  mlflowPassword: secret(
    { name: 'MLFLOW_TRACKING_PASSWORD', description: 'Password for Basic authentication at MLflow.' },
    /^.+$/,
    'a password',
  ),
  mlflowToken: secret(
    { name: 'MLFLOW_TRACKING_TOKEN', description: 'Bearer token for MLflow; goes before user and password.' },
    /^\S+$/,
    'a token',
  ),
  mlflowExperiment: text(
    {
      name: 'CLOSING_BELL_MLFLOW_EXPERIMENT',
      description: 'Experiment of MLflow that holds the trainings of all symbols.',
      fallback: 'closing-bell',
    },
    /^[^\0]{1,250}$/,
    'a name of at most 250 characters',
  ),
  otlpEndpoint: text<string | undefined>(
    {
      name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      description: 'OpenTelemetry collector to send traces to, by HTTP; `/v1/traces` is added. Unset: none.',
      fallback: undefined,
    },
    HTTP_WITHOUT_CREDENTIALS,
    'an http or https URL without credentials, such as http://collector:4318',
  ),
  otlpTracesEndpoint: text<string | undefined>(
    {
      name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      description: 'The same for traces alone, taken as it is; goes before the other.',
      fallback: undefined,
    },
    HTTP_WITHOUT_CREDENTIALS,
    'an http or https URL without credentials, such as http://collector:4318/v1/traces',
  ),
  otlpHeaders: secret(
    { name: 'OTEL_EXPORTER_OTLP_HEADERS', description: 'HTTP headers for the collector, such as a key.' },
    /^\s*[\w-]+\s*=(?:[^,%]|%[0-9A-Fa-f]{2})*(,\s*[\w-]+\s*=(?:[^,%]|%[0-9A-Fa-f]{2})*)*$/,
    'name=value, separated by commas, percent-encoded',
  ),
  traceRatio: share({
    name: 'OTEL_TRACES_SAMPLER_ARG',
    description: 'Share of the cascades that are traced: whole ones, as whoever opens the trace decides.',
    fallback: 1,
  }),
  resourceAttributes: list(
    {
      name: 'OTEL_RESOURCE_ATTRIBUTES',
      description: 'What every span says of where it comes from, such as deployment.environment.name=production.',
      fallback: [],
    },
    NAME_AND_VALUE,
    'name=value, percent-encoded',
  ),
  httpHost: text(
    {
      name: 'CLOSING_BELL_HTTP_HOST',
      description: 'Address that health, metrics and API are served on.',
      fallback: '127.0.0.1',
    },
    /^[A-Za-z0-9.:\-[\]]+$/,
    'an address to bind, such as 127.0.0.1 or 0.0.0.0',
  ),
  httpPort: integer(
    { name: 'CLOSING_BELL_HTTP_PORT', description: 'Port of health, metrics and API; 0: any free one.', fallback: 0 },
    0,
    65535,
  ),
  apiToken: secret(
    {
      name: 'CLOSING_BELL_API_TOKEN',
      description:
        'Token by which the monitor’s API takes replays, redrives and appointments of models, as `Authorization: Bearer`; unset: it takes none.',
    },
    /^[\x21-\x7e]{16,}$/,
    'at least 16 visible ASCII characters without a space',
  ),
  dashboardPort: integer(
    {
      name: 'CLOSING_BELL_DASHBOARD_PORT',
      description:
        'Port of the dashboard where `closing-bell up` and `demo` start the monitor; any free one where it is taken, or 0.',
      fallback: 8400,
    },
    0,
    65535,
  ),
  logLevel: oneOf({ name: 'CLOSING_BELL_LOG_LEVEL', description: 'Least level that is logged.', fallback: 'info' }, [
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
  ]),
  drainSeconds: integer(
    {
      name: 'CLOSING_BELL_DRAIN_SECONDS',
      description:
        'How long running handlers are waited for on SIGTERM; must be below the pod’s termination grace period.',
      fallback: 20,
    },
    1,
    3600,
  ),
} as const satisfies Record<string, Variable<unknown>>;

type Value<V> = V extends Variable<infer T> ? T : never;

type Values = { readonly [K in keyof typeof VARIABLES]: Value<(typeof VARIABLES)[K]> };

/** The whole configuration, read once at the start. What the home decides where a variable is unset is filled in. */
export type Config = Values & { readonly objects: string; readonly warehouse: string; readonly cache: string };

/**
 * Reads the configuration from an environment.
 *
 * @throws Error that lists every bad variable, what it was and what is allowed.
 */
export function loadConfig(
  environment: Readonly<Record<string, string | undefined>>,
  readText: ReadText = (path) => readFileSync(path, 'utf8'),
): Config {
  const problems: string[] = [];
  const entries = Object.entries(VARIABLES).map(([key, variable]: [string, Variable<unknown>]) => {
    try {
      return [key, readVariable(variable, environment, readText)];
    } catch (error) {
      problems.push((error as Error).message);
      return [key, undefined];
    }
  });
  if (problems.length > 0) throw new Error(`configuration:\n  ${problems.join('\n  ')}`);
  const values = Object.fromEntries(entries) as Values;
  return {
    ...values,
    objects: values.objects ?? pathToFileURL(resolve(values.home, 'objects')).href,
    warehouse: values.warehouse ?? `duckdb:${resolve(values.home, 'warehouse.duckdb')}`,
    cache: values.cache ?? resolve(environment['XDG_CACHE_HOME'] || resolve(homedir(), '.cache'), 'closing-bell'),
  };
}

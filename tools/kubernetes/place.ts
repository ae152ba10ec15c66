/** Where a cluster and its Google resources are: what a person says of an environment, in `place.env` of its overlay. */
export interface Place {
  /** Project id of Google Cloud. */
  readonly project: string;
  /** Its number, by which Google names identities of pods. */
  readonly projectNumber: string;
  /** Region of the cluster, bucket, dataset and images. */
  readonly region: string;
  readonly cluster: string;
  readonly namespace: string;
  /** Repository of Artifact Registry. */
  readonly repository: string;
  readonly bucket: string;
  readonly dataset: string;
  /** Settings of the services beside those that follow from the place, such as the symbols, by the variables' names. */
  readonly settings: Readonly<Record<string, string>>;
}

type Part = Exclude<keyof Place, 'settings'>;

const ID = '[a-z]([-a-z0-9]{0,61}[a-z0-9])?';

/** What `place.env` may say, by its names. */
const LINES: readonly (readonly [string, Part, RegExp, string])[] = [
  ['PROJECT', 'project', /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'a project id'],
  [
    'PROJECT_NUMBER',
    'projectNumber',
    /^\d{6,20}$/,
    'digits; `gcloud projects describe PROJECT --format="value(projectNumber)"`',
  ],
  ['REGION', 'region', /^[a-z]+-[a-z]+\d+$/, 'a region such as europe-west3'],
  ['CLUSTER', 'cluster', new RegExp(`^${ID}$`), 'lower-case letters, digits and hyphens'],
  ['NAMESPACE', 'namespace', new RegExp(`^${ID}$`), 'lower-case letters, digits and hyphens'],
  ['REPOSITORY', 'repository', new RegExp(`^${ID}$`), 'lower-case letters, digits and hyphens'],
  ['BUCKET', 'bucket', /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, 'a bucket’s name'],
  ['DATASET', 'dataset', /^[A-Za-z0-9_]{1,1024}$/, 'letters, digits and underscores'],
];

/** What else it says are settings of the services. */
const SETTING = /^(CLOSING_BELL|MLFLOW|OTEL)_[A-Z_]+$/;

/**
 * Reads the text of a `place.env`.
 *
 * @throws Error naming every line that is missing, unknown or not what it can be
 */
export function placeOf(text: string): Place {
  const said = new Map(
    text
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()] as const),
  );
  const settings = [...said].filter(([name]) => SETTING.test(name));
  const unknown = [...said.keys()].filter((name) => !SETTING.test(name) && !LINES.some(([known]) => known === name));
  const wrong = LINES.filter(([name, , pattern]) => !pattern.test(said.get(name) ?? ''));
  const problems = [
    ...unknown.map((name) => `${name} is not known`),
    ...wrong.map(([name, , , allowed]) => `${name} is "${said.get(name) ?? ''}"; allowed: ${allowed}`),
  ];
  if (problems.length > 0) throw new Error(`place.env: ${problems.join('. ')}`);
  const parts = Object.fromEntries(LINES.map(([name, key]) => [key, said.get(name)])) as unknown as Omit<
    Place,
    'settings'
  >;
  return { ...parts, settings: Object.fromEntries(settings) };
}

/** The prefix of the store in a place's bucket. */
export const OBJECTS_PREFIX = 'store';

/** Where the images of an environment are. */
export function imagesOf({ region, project, repository }: Place): string {
  return `${region}-docker.pkg.dev/${project}/${repository}`;
}

/** The identity of a pod's service account, as Google's roles name it. */
export function principalOf(place: Place, serviceAccount: string, namespace = place.namespace): string {
  const pool = `projects/${place.projectNumber}/locations/global/workloadIdentityPools/${place.project}.svc.id.goog`;
  return `principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${serviceAccount}`;
}

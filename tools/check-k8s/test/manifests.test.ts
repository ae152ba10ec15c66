import { existsSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { placeOf } from '../../kubernetes/place';
import { build, buildable, findKustomize } from '../kustomize';
import { Schemas } from '../schemas';

const program = findKustomize(process.env['PATH'] ?? '');
const SCHEMAS = '.cache/kubernetes/schemas';

const describeOrSkip = (condition: boolean, name: string, tests: () => void) =>
  condition ? describe(name, tests) : describe.skip(`${name} (not here: make check-k8s brings what it takes)`, tests);

interface Built {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
}

describeOrSkip(program !== undefined, 'the overlays', () => {
  const objectsOf = (folder: string): Built[] =>
    parseAllDocuments(build(program!, folder)).map((document) => document.toJS() as Built);

  it.each(buildable().filter((folder) => !folder.endsWith('config-connector')))(
    '%s builds in one namespace, which is the one that its place says',
    (folder) => {
      const objects = objectsOf(folder);
      const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
      const named = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
      const place = `${folder.replace(/-hpa$/, '')}/place.env`;
      const expected = existsSync(place) ? placeOf(readFileSync(place, 'utf8')).namespace : 'closing-bell';
      expect([...namespaces]).toEqual([expected]);
      expect(named).toEqual([expected]);
    },
  );

  it.each(buildable().filter((folder) => folder.includes('gke-') && !folder.endsWith('config-connector')))(
    '%s tells its services what its place says',
    (folder) => {
      const place = placeOf(readFileSync(`${folder.replace(/-hpa$/, '')}/place.env`, 'utf8'));
      const settings = objectsOf(folder).find(({ kind }) => kind === 'ConfigMap')?.data;
      expect(settings).toMatchObject({
        CLOSING_BELL_PROJECT: place.project,
        CLOSING_BELL_OBJECTS: `gs://${place.bucket}/store`,
        CLOSING_BELL_WAREHOUSE: `bigquery://${place.project}/${place.dataset}`,
        CLOSING_BELL_HTTP_HOST: '0.0.0.0',
        MLFLOW_TRACKING_URI: 'http://mlflow:5000',
        ...place.settings,
      });
      expect(settings).not.toHaveProperty('PUBSUB_EMULATOR_HOST');
    },
  );
});

describeOrSkip(existsSync(SCHEMAS), 'the schemas', () => {
  let schemas: Schemas;
  beforeAll(() => (schemas = new Schemas(SCHEMAS)));

  const problemsOf = (text: string) => schemas.check(text).map(({ problem }) => problem);
  const trainer = readFileSync('k8s/base/trainer.yaml', 'utf8');
  const scaling = readFileSync('k8s/overlays/gke-staging/keda/scaled-objects.yaml', 'utf8');
  const pubsub = readFileSync('k8s/overlays/gke-staging/config-connector/pubsub.yaml', 'utf8');

  it('find nothing wrong with what is written', () => {
    for (const text of [trainer, scaling, pubsub]) expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    [
      'a field that Kubernetes does not know',
      trainer,
      'terminationGracePeriodSeconds',
      'terminationGraceSeconds',
      /additional/,
    ],
    ['a field of the wrong type', trainer, 'revisionHistoryLimit: 5', 'revisionHistoryLimit: five', /must be integer/],
    [
      'a field that is missing',
      trainer,
      /selector:\n {4}matchLabels:[^-]*?strategy/,
      'strategy',
      /required property 'selector'/,
    ],
    ['a field that KEDA does not know', scaling, 'cooldownPeriod', 'coolDownPeriod', /additional/],
    ['a threshold that is no text', scaling, "threshold: '100'", 'threshold: 100', /must be string/],
    ['a field that Config Connector does not know', pubsub, 'ackDeadlineSeconds', 'ackDeadline', /additional/],
    ['a kind that nobody knows', pubsub, 'kind: PubSubTopic', 'kind: PubSubTopics', /there is no schema/],
  ])('find %s', (_, text, from, to, problem) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(problemsOf(changed).join('\n')).toMatch(problem);
  });
});

import { type ModelVersion, type Tags } from '../../src/mlflow/entities';
import {
  appointmentsOf,
  appointmentTag,
  ourVersions,
  registeredModel,
  versionTags,
} from '../../src/mlflow/version-tags';

const MODEL = {
  run: 'a-run',
  moment: { session: '2020-03-24', trigger: 'drift-detected' },
  kind: 'model',
  forecaster: 'blend',
  featureSetHash: 'f',
  metrics: { crps: 0.1 + 0.2 },
} as const;
const ARTIFACT = { uri: 'mlflow-artifacts:/1/models/m-0/artifacts/closing-bell/manifest.json', sha256: 'a'.repeat(64) };

function version(number: number, decision: string | undefined, more: Tags = {}): ModelVersion {
  const identity = decision === undefined ? undefined : { 'closing-bell.identity': decision };
  const tags = { ...versionTags(MODEL, ARTIFACT), ...identity, ...more };
  return { name: '^GSPC', version: number, createdAt: 0, description: '', runId: 'r', modelId: 'm-0', tags };
}

describe('the tags of a version', () => {
  it('say all that it is', () => {
    expect(registeredModel(version(3, 'd'))).toEqual({
      name: '^GSPC',
      version: 3,
      decision: 'd',
      ...MODEL,
      artifact: ARTIFACT,
    });
  });

  it('tell ours from those of others, and the older of two of one decision', () => {
    const theirs = { ...version(2, undefined), tags: { 'closing-bell.identity': 'x' } };
    const versions = [version(1, undefined), theirs, version(3, 'd'), version(4, 'd'), version(5, 'e')];
    expect(ourVersions(versions).map((one) => one.version)).toEqual([3, 5]);
  });

  it('keep appointments in the order of their moments, and of one moment in that in which they were made', () => {
    const appointed = (session: string, trigger: 'features-computed' | 'by-hand', madeBefore: number): Tags => {
      const { key, value } = appointmentTag({ session, trigger }, madeBefore);
      return { [key]: value };
    };
    const first = version(1, 'd', {
      ...appointed('2020-03-24', 'features-computed', 0),
      ...appointed('2020-03-24', 'by-hand', 2),
    });
    const second = version(2, 'e', {
      ...appointed('2020-03-24', 'by-hand', 1),
      ...appointed('2020-03-02', 'features-computed', 3),
    });
    expect(appointmentsOf([first, second])).toEqual([
      { version: 2, moment: { session: '2020-03-02', trigger: 'features-computed' } },
      { version: 1, moment: { session: '2020-03-24', trigger: 'features-computed' } },
      { version: 2, moment: { session: '2020-03-24', trigger: 'by-hand' } },
      { version: 1, moment: { session: '2020-03-24', trigger: 'by-hand' } },
    ]);
  });

  it('keep when something was done by hand', () => {
    const moment = { session: '2020-03-24', trigger: 'by-hand', madeAt: '2026-01-05T10:01:00.000Z' } as const;
    const { key, value } = appointmentTag(moment, 0);
    expect(key).not.toContain(':');
    expect(appointmentsOf([version(1, 'd', { [key]: value })])).toEqual([{ version: 1, moment }]);
  });
});

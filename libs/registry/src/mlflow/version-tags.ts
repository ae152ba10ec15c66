import { type Reference } from '@closing-bell/contracts';
import { type Appointment, type Moment, type NewModel, type RegisteredModel } from '../model-registry';
import { byMoment } from '../moment';
import { type ModelVersion, type Tags } from './entities';
import { IDENTITY_TAG } from './mlflow-ledger';

const TAG = {
  run: 'closing-bell.run',
  session: 'closing-bell.session',
  trigger: 'closing-bell.trigger',
  kind: 'closing-bell.kind',
  forecaster: 'closing-bell.forecaster',
  featureSet: 'closing-bell.feature-set',
  metrics: 'closing-bell.metrics',
  manifest: 'closing-bell.manifest',
  manifestSha256: 'closing-bell.manifest-sha256',
};
const APPOINTED = 'closing-bell.appointed.';

/** What a version is, apart from its name, number and decision. */
type Described = Pick<NewModel, 'run' | 'moment' | 'kind' | 'forecaster' | 'featureSetHash' | 'metrics'>;

export function versionTags(model: Described, artifact: Reference): Tags {
  return {
    ...modelTags(model),
    [TAG.metrics]: JSON.stringify(model.metrics),
    [TAG.manifest]: artifact.uri,
    [TAG.manifestSha256]: artifact.sha256,
  };
}

/** What a logged model is found by on MLflow's pages. */
export function modelTags({ run, moment, kind, forecaster, featureSetHash }: Described): Tags {
  return {
    [TAG.run]: run,
    [TAG.session]: moment.session,
    [TAG.trigger]: moment.trigger,
    [TAG.kind]: kind,
    [TAG.forecaster]: forecaster,
    [TAG.featureSet]: featureSetHash,
  };
}

/** Our versions among those of a registered name. Of two that racing writers made for one decision, the older one is the version. */
export function ourVersions(versions: readonly ModelVersion[]): ModelVersion[] {
  const seen = new Set<string>();
  return versions.filter(({ tags }) => {
    const decision = tags[IDENTITY_TAG];
    if (decision === undefined || tags[TAG.manifest] === undefined || seen.has(decision)) return false;
    return seen.add(decision);
  });
}

export function registeredModel({ name, version, tags }: ModelVersion): RegisteredModel {
  const text = (tag: string): string => tags[tag] ?? '';
  return {
    name,
    version,
    decision: text(IDENTITY_TAG),
    run: text(TAG.run),
    moment: { session: text(TAG.session), trigger: text(TAG.trigger) as Moment['trigger'] },
    kind: text(TAG.kind) as RegisteredModel['kind'],
    forecaster: text(TAG.forecaster),
    featureSetHash: text(TAG.featureSet),
    metrics: JSON.parse(text(TAG.metrics)) as RegisteredModel['metrics'],
    artifact: { uri: text(TAG.manifest), sha256: text(TAG.manifestSha256) },
  };
}

/** An appointment as a tag of its version: the moment in its name, and as its value how many were made before of all versions. */
export function appointmentTag(
  { session, trigger, madeAt }: Moment,
  madeBefore: number,
): { key: string; value: string } {
  // A tag's name holds no colon.
  const moment = [session, trigger, ...(madeAt === undefined ? [] : [madeAt.replaceAll(':', '_')])];
  return { key: `${APPOINTED}${moment.join('.')}`, value: String(madeBefore) };
}

/** The appointments of all versions, in the order of their moments; of one moment, in the order in which they were made. */
export function appointmentsOf(versions: readonly ModelVersion[]): Appointment[] {
  return versions
    .flatMap(({ version, tags }) =>
      Object.entries(tags)
        .filter(([key]) => key.startsWith(APPOINTED))
        .map(([key, value]) => ({ version, moment: momentOf(key.slice(APPOINTED.length)), madeBefore: Number(value) })),
    )
    .sort((a, b) => byMoment(a, b) || a.madeBefore - b.madeBefore)
    .map(({ version, moment }) => ({ version, moment }));
}

function momentOf(text: string): Moment {
  const [session = '', trigger = '', ...madeAt] = text.split('.');
  return {
    session,
    trigger: trigger as Moment['trigger'],
    ...(madeAt.length === 0 ? {} : { madeAt: madeAt.join('.').replaceAll('_', ':') }),
  };
}

import { LocalModelRegistry } from '@closing-bell/registry';
import { type DecisionRecord } from '@closing-bell/serving';
import { type ObjectStore, readHashed } from '@closing-bell/storage';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import {
  type Decision,
  type DecisionDetail,
  type DecisionScore,
  type Models,
  type ModelVersionAnswer,
  type Reason,
} from './answers';
import { KnownSessions } from './known-sessions';
import { cutToSessions } from './pages';
import { Reader } from './reader';

/** Under which the object store is provided. */
export const OBJECTS = Symbol('objects');

interface DecisionRow {
  readonly session: string;
  readonly trigger: string;
  readonly decision: string;
  readonly model_version: number;
  readonly reasons: string;
  readonly record_uri: string;
  readonly record_sha256: string;
}

interface DecisionPage {
  readonly before: string | undefined;
  readonly limit: number;
  readonly trained: boolean;
}

const DECISIONS =
  'SELECT session, trigger, decision, model_version, reasons, record_uri, record_sha256 FROM model_decisions';

@Injectable()
export class ModelQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(KnownSessions) private readonly sessions: KnownSessions,
    @Inject(LocalModelRegistry) private readonly registry: LocalModelRegistry,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
  ) {}

  async models(symbol: string, page: DecisionPage): Promise<Models> {
    const [versions, { rows, next }] = await Promise.all([this.versions(symbol), this.decisions(symbol, page)]);
    if (versions.length === 0 && rows.length === 0) await this.sessions.mustKnow(symbol);
    return { symbol, versions, decisions: rows.map(decisionOf), next };
  }

  async decision(symbol: string, session: string, trigger: string): Promise<DecisionDetail> {
    const [row] = await this.reader.query<DecisionRow>(
      `${DECISIONS}
       WHERE symbol = @symbol AND session = CAST(@session AS DATE) AND trigger = @trigger
       ORDER BY recorded_at DESC LIMIT 1`,
      { symbol, session, trigger },
    );
    if (!row) throw new NotFoundException(`there is no decision on ${symbol} at ${session} by ${trigger}`);
    const reference = { uri: row.record_uri, sha256: row.record_sha256 };
    const record = JSON.parse((await readHashed(this.objects, reference)).toString('utf8')) as DecisionRecord;
    return {
      ...decisionOf(row),
      recordUri: reference.uri,
      recordSha256: reference.sha256,
      challenger: record.challenger?.version ?? null,
      checks: (record.checks ?? []).map(({ candidate, rule, passed, detail }) => ({ candidate, rule, passed, detail })),
      scores: scoresOf(record),
    };
  }

  /** What was decided at a session, in the order in which it was: what drift asked for comes last. */
  async decisionsAt(symbol: string, session: string): Promise<Decision[]> {
    const rows = await this.reader.query<DecisionRow>(
      `${DECISIONS} WHERE symbol = @symbol AND session = CAST(@session AS DATE) ORDER BY trigger DESC, recorded_at, message_id`,
      { symbol, session },
    );
    return rows.map(decisionOf);
  }

  /** From the registry's index, which says what serves today. */
  private async versions(symbol: string): Promise<ModelVersionAnswer[]> {
    const { versions, appointments, serving } = await this.registry.list(symbol);
    return versions.toReversed().map(({ version, moment, kind, forecaster, metrics }) => ({
      version,
      session: moment.session,
      trigger: moment.trigger,
      kind,
      forecaster,
      serving: version === serving?.version,
      metrics: { ...metrics },
      appointedAt: appointments.filter((one) => one.version === version).map((one) => one.moment.session),
    }));
  }

  private async decisions(symbol: string, { before, limit, trained }: DecisionPage) {
    const rows = await this.reader.query<DecisionRow>(
      `${DECISIONS}
       WHERE symbol = @symbol ${before === undefined ? '' : 'AND session < CAST(@before AS DATE)'}
         ${trained ? `AND decision <> 'kept' AND reasons NOT LIKE '%"training-pause"%'` : ''}
       ORDER BY session DESC, recorded_at DESC, trigger LIMIT ${limit + 1}`,
      before === undefined ? { symbol } : { symbol, before },
    );
    return cutToSessions(rows, limit, ({ session }) => session);
  }
}

function decisionOf({ session, trigger, decision, model_version, reasons }: DecisionRow): Decision {
  return { session, trigger, decision, modelVersion: model_version, reasons: JSON.parse(reasons) as Reason[] };
}

/** All that took part in the judgement, on the same origins; none where nothing was judged. */
function scoresOf({ scores: evaluation }: DecisionRecord): DecisionScore[] {
  if (!evaluation) return [];
  return [...evaluation.scores, evaluation.baseline, evaluation.naive].map(
    ({ forecaster, crps, skillOverBaseline, skillOverNaive, maeToNaive, coverage90 }) => ({
      forecaster,
      crps,
      skillOverBaseline,
      skillOverNaive,
      maeToNaive,
      coverage90,
    }),
  );
}

import { type BarsIngested, type ForecastMade, type ModelReady, type Reference } from '@closing-bell/contracts';
import { LocalModelRegistry, type RegisteredModel, type Run } from '@closing-bell/registry';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { type Lineage, type LineageFact, type LineageNode } from './answers';
import { ForecastQueries } from './forecasts.queries';
import { Reader } from './reader';

interface ForecastRow {
  readonly forecaster: string;
  readonly model_version: number;
  readonly target_session: string;
  readonly point: number;
  readonly p05: number;
  readonly p95: number;
  readonly forecast_uri: string;
  readonly forecast_sha256: string;
  readonly message_id: string;
}

interface MessageRow {
  readonly correlation_id: string;
  readonly message_id: string;
  readonly causation_id: string | null;
  readonly topic: string;
  readonly source: string;
  readonly data: string;
  readonly published_at: string;
}

const messageNodeOf = (id: string): string => `message ${id}`;

/** Follows the references of messages, models and runs. Everything a forecast was made from is named by its hash. */
@Injectable()
export class LineageQueries {
  constructor(
    @Inject(Reader) private readonly reader: Reader,
    @Inject(ForecastQueries) private readonly forecasts: ForecastQueries,
    @Inject(LocalModelRegistry) private readonly registry: LocalModelRegistry,
  ) {}

  async lineage(symbol: string, asked: string | undefined, horizon: number): Promise<Lineage> {
    const origin = asked ?? (await this.forecasts.fan(symbol, undefined)).originSession;
    const [forecast] = await this.reader.query<ForecastRow>(
      `SELECT forecaster, model_version, target_session, point, p05, p95, forecast_uri, forecast_sha256, message_id FROM forecasts
       WHERE symbol = @symbol AND origin_session = CAST(@origin AS DATE) AND horizon = ${horizon}
       ORDER BY model_version DESC LIMIT 1`,
      { symbol, origin },
    );
    if (!forecast)
      throw new NotFoundException(`no forecast of ${symbol} from ${origin}, so nothing that it was made from`);
    const chain = await this.chainOf(symbol, origin, forecast.message_id);
    const made = dataOf<ForecastMade>(chain, 'forecast-made');
    const ready = dataOf<ModelReady>(chain, 'model-ready');
    const ingested = dataOf<BarsIngested>(chain, 'bars-ingested');
    const model = await this.modelNodes(symbol, made?.model?.version);
    const nodes = [
      forecastNode(forecast, [
        ...(model[0] ? [model[0].id] : []),
        ...(ready ? [`decision ${ready.record.sha256}`] : []),
        ...(made ? [`features ${made.features.sha256}`, `bars ${made.bars.sha256}`] : []),
        messageNodeOf(forecast.message_id),
      ]),
      ...model,
      ...(ready ? [decisionNode(ready)] : []),
      ...(made ? [featuresNode(made.features, made.bars, `as of ${made.session}`)] : []),
      ...(made ? [barsNode(made.bars, ingested)] : []),
      ...chain.map(messageNode),
    ];
    return {
      symbol,
      originSession: origin,
      horizon,
      nodes: [...new Map(nodes.map((node) => [node.id, node])).values()],
    };
  }

  /** The messages that led to one, that one first, the close last. */
  private async chainOf(symbol: string, session: string, last: string): Promise<MessageRow[]> {
    const rows = await this.reader.query<MessageRow>(
      `SELECT correlation_id, message_id, causation_id, topic, source, data, published_at FROM events
       WHERE session = CAST(@session AS DATE) AND (symbol = @symbol OR symbol IS NULL) ORDER BY published_at`,
      { session, symbol },
    );
    const chain: MessageRow[] = [];
    // The same message may be of several cascades: the first one made the forecast.
    let next = rows.find(({ message_id }) => message_id === last);
    const cascade = next?.correlation_id;
    while (next && chain.length < rows.length) {
      chain.push(next);
      const cause = next.causation_id;
      next = rows.find(({ message_id, correlation_id }) => message_id === cause && correlation_id === cascade);
    }
    return chain;
  }

  /** A version, the training that made it, what that read and its code; nothing where no version forecast. */
  private async modelNodes(symbol: string, number: number | undefined): Promise<LineageNode[]> {
    if (number === undefined) return [];
    const { versions } = await this.registry.list(symbol);
    const version = versions.find((one) => one.version === number);
    if (!version) return [];
    const [{ bars, features }, runs] = await Promise.all([
      this.registry.lineage(version.artifact),
      this.registry.runs(symbol),
    ]);
    const run = runs.find(({ identity }) => identity === version.run);
    const code = run?.circumstances?.code;
    return [
      modelNode(version),
      trainingNode(version, run, [
        `features ${features.sha256}`,
        `bars ${bars.sha256}`,
        ...(code === undefined ? [] : [`code ${code}`]),
      ]),
      featuresNode(features, bars, `as of ${version.moment.session}, learnt from`),
      barsNode(bars, undefined),
      ...(code === undefined ? [] : [codeNode(code, run)]),
    ];
  }
}

/** What the first message of a topic in a chain says. */
function dataOf<T>(chain: readonly MessageRow[], topic: string): T | undefined {
  const row = chain.find((one) => one.topic === topic);
  return row && (JSON.parse(row.data) as T);
}

function facts(values: Readonly<Record<string, string | number | undefined>>): LineageFact[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
}

function forecastNode(row: ForecastRow, from: string[]): LineageNode {
  return {
    kind: 'forecast',
    id: 'forecast',
    title: `Forecast of ${row.target_session}`,
    facts: facts({
      forecaster: row.forecaster,
      median: row.point.toFixed(2),
      '90 % interval': `${row.p05.toFixed(2)} – ${row.p95.toFixed(2)}`,
    }),
    uri: row.forecast_uri,
    sha256: row.forecast_sha256,
    from,
  };
}

function modelNode({ version, kind, forecaster, moment, run, artifact }: RegisteredModel): LineageNode {
  return {
    kind: 'model',
    id: `model ${version}`,
    title: `Version ${version}`,
    facts: facts({ kind, forecaster, 'made at': `${moment.session} (${moment.trigger})` }),
    ...artifact,
    from: [`training ${run}`],
  };
}

function trainingNode(version: RegisteredModel, run: Run | undefined, from: string[]): LineageNode {
  const { startedAt, seconds, environment } = run?.circumstances ?? {};
  const { trainedFrom, trainedUntil, seed, engine } = run?.parameters ?? {};
  const factsOfRun = { startedAt, seconds, environment, trainedFrom, trainedUntil, seed, engine } as Readonly<
    Record<string, string | number | undefined>
  >;
  return {
    kind: 'training',
    id: `training ${version.run}`,
    title: `Training at ${version.moment.session}`,
    facts: facts(factsOfRun),
    uri: null,
    sha256: null,
    from,
  };
}

function codeNode(code: string, run: Run | undefined): LineageNode {
  const environment = run?.circumstances?.environment;
  return {
    kind: 'code',
    id: `code ${code}`,
    title: code,
    facts: facts({ environment }),
    uri: null,
    sha256: null,
    from: [],
  };
}

function decisionNode({ decision, reasons, session, trigger, record, features, bars }: ModelReady): LineageNode {
  return {
    kind: 'decision',
    id: `decision ${record.sha256}`,
    title: `Decision: ${decision}`,
    facts: facts({ session, trigger, reasons: reasons.map(({ code }) => code).join(', ') }),
    ...record,
    from: [`features ${features.sha256}`, `bars ${bars.sha256}`],
  };
}

function featuresNode(features: Reference, bars: Reference, title: string): LineageNode {
  return {
    kind: 'features',
    id: `features ${features.sha256}`,
    title: `Features ${title}`,
    facts: [],
    ...features,
    from: [`bars ${bars.sha256}`],
  };
}

function barsNode(bars: Reference, ingested: BarsIngested | undefined): LineageNode {
  const { rows, firstSession, session, source, repairs } = ingested ?? {};
  return {
    kind: 'bars',
    id: `bars ${bars.sha256}`,
    title: session === undefined ? 'Bars' : `Bars as of ${session}`,
    facts: facts({ rows, firstSession, source, repairs }),
    ...bars,
    from: [],
  };
}

function messageNode({ message_id, causation_id, topic, source, published_at }: MessageRow): LineageNode {
  return {
    kind: 'message',
    id: messageNodeOf(message_id),
    title: topic,
    facts: facts({ id: message_id, source, 'published at': published_at }),
    uri: null,
    sha256: null,
    from: causation_id === null ? [] : [messageNodeOf(causation_id)],
  };
}

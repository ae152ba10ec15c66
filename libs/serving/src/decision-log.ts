import {
  canonicalJson,
  type Decision,
  type DecisionReason,
  type ModelVersion,
  type Reference,
  type Trigger,
} from '@closing-bell/contracts';
import { type Evaluation } from '@closing-bell/forecasting';
import { keySegment, type ObjectStore, sha256Of } from '@closing-bell/storage';
import { type GateCheck } from './gate';

/** What a decision depends on. The same inputs have one decision, however often they are delivered. */
export interface DecisionInputs {
  readonly symbol: string;
  readonly session: string;
  readonly trigger: Trigger;
  readonly forceRetrain: boolean;
  /** Trials of a search for better options; absent: no search. */
  readonly searchTrials?: number;
  readonly bars: Reference;
  readonly features: Reference;
}

/** A decision with the numbers behind it. */
export interface DecisionRecord {
  readonly inputs: DecisionInputs;
  readonly decision: Decision;
  readonly reasons: readonly DecisionReason[];
  /** The version to serve, a model or a baseline; absent where the rolling quantile serves without one. */
  readonly model?: ModelVersion;
  /** Whether this decision makes that version the one that serves, rather than leaving it so. */
  readonly appoints?: boolean;
  /** The version that was trained for this decision, whatever became of it. */
  readonly challenger?: ModelVersion;
  /** The gate's rules, each with what was measured. */
  readonly checks?: readonly GateCheck[];
  /** Scores of challenger, champion and baselines on the same origins. */
  readonly scores?: Evaluation;
}

/**
 * The trainer's decisions, written once each: the moment a record is there, the decision is made, and every later delivery of
 * the same inputs reads it.
 */
export class DecisionLog {
  constructor(private readonly objects: ObjectStore) {}

  /** Identity of a decision: the hash of its inputs. */
  identityOf(inputs: DecisionInputs): string {
    return sha256Of(Buffer.from(canonicalJson(inputs))).slice(0, 32);
  }

  async find(inputs: DecisionInputs): Promise<{ record: DecisionRecord; reference: Reference } | undefined> {
    const key = this.keyOf(inputs);
    const object = await this.objects.read(key);
    if (!object) return undefined;
    return {
      record: JSON.parse(object.bytes.toString('utf8')) as DecisionRecord,
      reference: { uri: this.objects.uri(key), sha256: sha256Of(object.bytes) },
    };
  }

  /** The last session of a symbol that was decided on; undefined where none was. */
  async lastSession(symbol: string): Promise<string | undefined> {
    const prefix = `decisions/${keySegment(symbol)}/`;
    let last: string | undefined;
    // Keys come in ascending order, and a session is the folder.
    for await (const key of this.objects.list(prefix)) last = key.slice(prefix.length).split('/')[0];
    return last;
  }

  /** Writes the record unless there is one; returns the one that is there. */
  async write(record: DecisionRecord): Promise<{ record: DecisionRecord; reference: Reference }> {
    await this.objects.createIfAbsent(this.keyOf(record.inputs), Buffer.from(canonicalJson(record)));
    const written = await this.find(record.inputs);
    if (!written) throw new Error(`the decision ${this.keyOf(record.inputs)} vanished after it was written`);
    return written;
  }

  private keyOf(inputs: DecisionInputs): string {
    return `decisions/${keySegment(inputs.symbol)}/${inputs.session}/${inputs.trigger}-${this.identityOf(inputs)}.json`;
  }
}

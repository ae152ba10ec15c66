import { createHash, type Hash } from 'node:crypto';
import { type RandomState } from '../../random';
import { type AdamMoments } from '../engine';
import { type NetworkShape, type NetworkWeights, weightShapes } from '../network';
import { type EpochReport, type FitTask } from './fit';

/** Where a fit stands after an epoch: all that the next one depends on. */
export interface FitState {
  /** Of every epoch so far, in order. */
  readonly reports: readonly EpochReport[];
  readonly best: BestEpoch;
  readonly random: RandomState;
  readonly weights: NetworkWeights;
  readonly moments: AdamMoments;
}

/** The weights that are the best so far; epoch 0: those that the fit started from. */
export interface BestEpoch {
  readonly epoch: number;
  readonly loss: number;
  readonly weights: NetworkWeights;
}

const FORMAT = 'closing-bell-checkpoint';
const VERSION = 1;

/** What a checkpoint says of itself in its second line. */
interface Header {
  /** {@link fitIdentity} of what is fitted. */
  readonly fit: string;
  readonly engine: string;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly steps: number;
  readonly random: RandomState;
}

/** A checkpoint that cannot be gone on from; the message says why. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** Identity of a fit: a hash of the whole task and of the engine with what decides its rounding. Hexadecimal, 64 characters. */
export function fitIdentity(task: FitTask, engine: string): string {
  const hash = createHash('sha256').update(`${FORMAT} ${VERSION} ${JSON.stringify(engine)}`);
  digest(hash, task);
  return hash.digest('hex');
}

function digest(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    const values = value as Float32Array | Int32Array;
    // Processors make several bit patterns that are no number, and the identity must not depend on which.
    const same = values instanceof Float32Array ? values.map((item) => (Number.isNaN(item) ? NaN : item)) : values;
    hash.update(`${values.constructor.name}[${values.length}]`).update(bytesOf(same));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`{${JSON.stringify(name)}`);
      digest(hash, item);
      hash.update('}');
    }
  } else hash.update(JSON.stringify(value) ?? '');
}

/**
 * A state as bytes: a line of format, version and the SHA-256 of all that follows; a line of JSON; then,
 * in the machine's own order of bytes, float64[1 + 2 × epochs], the best loss and each epoch's training and validation loss, and
 * float32: weights, first moments, second moments and best weights, each in the order of NetworkWeights.
 */
export function encodeCheckpoint(fit: string, engine: string, state: FitState): Uint8Array {
  const { reports, best, random, weights, moments } = state;
  const header: Header = {
    fit,
    engine,
    epochs: reports.length,
    bestEpoch: best.epoch,
    steps: moments.steps,
    random,
  };
  const losses = Float64Array.of(
    best.loss,
    ...reports.flatMap(({ trainingLoss, validationLoss }) => [trainingLoss, validationLoss]),
  );
  const groups = [weights, moments.means, moments.squares, best.weights].flat();
  const body = Buffer.concat([
    Buffer.from(`${JSON.stringify(header)}\n`),
    bytesOf(losses),
    ...groups.map((group) => bytesOf(group)),
  ]);
  return Buffer.concat([Buffer.from(`${FORMAT} ${VERSION} ${sha256Of(body)}\n`), body]);
}

/**
 * The state that a checkpoint holds. Nothing in it is taken on trust.
 * @throws CheckpointError where it is none of this format and version, damaged, or of another fit or engine.
 */
export function decodeCheckpoint(bytes: Uint8Array, fit: string, engine: string, shape: NetworkShape): FitState {
  const [first, body] = lineOf(Buffer.from(bytes));
  const [, version, sha256] = /^closing-bell-checkpoint (\d{1,9}) ([0-9a-f]{64})$/.exec(first) ?? [];
  if (version === undefined) throw new CheckpointError('it is no checkpoint');
  if (version !== String(VERSION)) throw new CheckpointError(`it is of version ${version} and not ${VERSION}`);
  if (sha256 !== sha256Of(body)) throw new CheckpointError('it is damaged');
  const [line, numbers] = lineOf(body);
  const header = checkedHeader(line);
  if (header.engine !== engine) throw new CheckpointError(`it is of the engine ${header.engine} and not ${engine}`);
  if (header.fit !== fit) throw new CheckpointError('it is of another fit');
  const sizes = weightShapes(shape).map((dimensions) => dimensions.reduce((product, size) => product * size, 1));
  const lossBytes = 8 * (1 + 2 * header.epochs);
  const groupBytes = 4 * sizes.reduce((sum, size) => sum + size, 0);
  if (numbers.length !== lossBytes + 4 * groupBytes) throw new CheckpointError('it is of another length than it says');
  const losses = new Float64Array(ownBytes(numbers, 0, lossBytes));
  const [weights, means, squares, bestWeights] = [0, 1, 2, 3].map((group) => {
    let at = lossBytes + group * groupBytes;
    return sizes.map((size) => new Float32Array(ownBytes(numbers, at, (at += 4 * size))));
  }) as unknown as [NetworkWeights, NetworkWeights, NetworkWeights, NetworkWeights];
  return {
    reports: Array.from({ length: header.epochs }, (_, index) => ({
      epoch: index + 1,
      trainingLoss: losses[1 + 2 * index] ?? NaN,
      validationLoss: losses[2 + 2 * index] ?? NaN,
    })),
    best: { epoch: header.bestEpoch, loss: losses[0] ?? NaN, weights: bestWeights },
    random: header.random,
    weights,
    moments: { means, squares, steps: header.steps },
  };
}

function checkedHeader(line: string): Header {
  const header = parsed(line) as Partial<Header> | undefined;
  const { fit, engine, epochs, bestEpoch, steps, random } = header ?? {};
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
  const words: unknown = random?.words;
  const isRandom =
    Array.isArray(words) &&
    words.length === 4 &&
    words.every((word) => typeof word === 'number' && word === (word | 0)) &&
    ['undefined', 'number'].includes(typeof random?.spareNormal);
  if (
    typeof fit === 'string' &&
    typeof engine === 'string' &&
    isCount(epochs) &&
    isCount(bestEpoch) &&
    bestEpoch <= epochs &&
    isCount(steps) &&
    random &&
    isRandom
  ) {
    return { fit, engine, epochs, bestEpoch, steps, random };
  }
  throw new CheckpointError('what it says of itself makes no sense');
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** The first line, and what follows it. */
function lineOf(bytes: Buffer): [string, Buffer] {
  const end = bytes.indexOf('\n');
  return [bytes.subarray(0, Math.max(0, end)).toString('latin1'), bytes.subarray(end + 1)];
}

function bytesOf(values: Float32Array | Float64Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A copy, for numbers must lie at multiples of their size. */
function ownBytes(bytes: Buffer, from: number, to: number): ArrayBuffer {
  return Uint8Array.from(bytes.subarray(from, to)).buffer;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

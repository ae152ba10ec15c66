import { createHash } from 'node:crypto';
import { decodeCheckpoint, encodeCheckpoint, fitIdentity, type FitState } from '../../../src/lstm/fit/checkpoint';
import { type FitTask } from '../../../src/lstm/fit/fit';
import { type NetworkWeights, weightShapes } from '../../../src/lstm/network';
import { RandomSource } from '../../../src/random';

const FIT = 'f'.repeat(64);
const ENGINE = 'wasm simd, kernel 01234567';
const SHAPE = { features: 2, units: 3, lookback: 4, dropout: 0.1, head: 'student-t' } as const;
const random = new RandomSource(7);
const weights = (): NetworkWeights =>
  weightShapes(SHAPE).map((dimensions) =>
    Float32Array.from({ length: dimensions.reduce((product, size) => product * size, 1) }, () => random.normal()),
  ) as unknown as NetworkWeights;

function state(changes: Partial<FitState> = {}): FitState {
  const source = new RandomSource(3);
  source.normal();
  return {
    reports: [
      { epoch: 1, trainingLoss: 0.1, validationLoss: 2 / 3 },
      { epoch: 2, trainingLoss: NaN, validationLoss: Infinity },
    ],
    best: { epoch: 1, loss: 2 / 3, weights: weights() },
    random: source.state(),
    weights: weights(),
    moments: { means: weights(), squares: weights(), steps: 14 },
    ...changes,
  };
}

const decode = (bytes: Uint8Array, fit = FIT, engine = ENGINE): FitState => decodeCheckpoint(bytes, fit, engine, SHAPE);
const refusal = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

/** A body under a first line that says what it says of it, its checksum right. */
function signed(body: Buffer, version = 1): Buffer {
  const sha256 = createHash('sha256').update(body).digest('hex');
  return Buffer.concat([Buffer.from(`closing-bell-checkpoint ${version} ${sha256}\n`), body]);
}

describe('a checkpoint', () => {
  it('gives back the state that was kept, losses that are no numbers included', () => {
    const kept = state();
    expect(decode(encodeCheckpoint(FIT, ENGINE, kept))).toEqual(kept);
    const before = state({ reports: [], best: { epoch: 0, loss: NaN, weights: weights() } });
    expect(decode(encodeCheckpoint(FIT, ENGINE, before))).toEqual(before);
  });

  it('is refused where any bit of it has changed', () => {
    const bytes = encodeCheckpoint(FIT, ENGINE, state());
    for (let at = 0; at < bytes.length; at += 5) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(refusal(() => decode(damaged))).toMatch(/^CheckpointError: /);
    }
  });

  it('is refused where it is cut short, or nothing', () => {
    const bytes = encodeCheckpoint(FIT, ENGINE, state());
    for (const length of [0, 1, 30, 91, 200, bytes.length - 1]) {
      expect(refusal(() => decode(bytes.subarray(0, length)))).toMatch(/^CheckpointError: /);
    }
  });

  it('says why it is refused', () => {
    const bytes = Buffer.from(encodeCheckpoint(FIT, ENGINE, state()));
    const body = bytes.subarray(bytes.indexOf('\n') + 1);
    const numbers = body.subarray(body.indexOf('\n') + 1);
    const header = JSON.parse(body.subarray(0, body.indexOf('\n')).toString()) as object;
    const saying = (changes: object): Buffer =>
      signed(Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, ...changes })}\n`), numbers]));
    expect(refusal(() => decode(saying({})))).toBe('accepted');
    const refusals: [Uint8Array, string][] = [
      [Buffer.from('PK\x03\x04'), 'it is no checkpoint'],
      [signed(body, 2), 'it is of version 2 and not 1'],
      [saying({ engine: 'TensorFlow 2.0' }), `it is of the engine TensorFlow 2.0 and not ${ENGINE}`],
      [saying({ fit: '0'.repeat(64) }), 'it is of another fit'],
      [saying({ epochs: 3 }), 'it is of another length than it says'],
      ...[
        { epochs: -1 },
        { epochs: 0.5 },
        { bestEpoch: 3 },
        { steps: '14' },
        { random: { words: [1, 2, 3] } },
        { fit: 1 },
      ].map((changes): [Uint8Array, string] => [saying(changes), 'what it says of itself makes no sense']),
      [signed(Buffer.concat([Buffer.from('{\n'), numbers])), 'what it says of itself makes no sense'],
    ];
    for (const [refused, why] of refusals) expect(refusal(() => decode(refused))).toBe(`CheckpointError: ${why}`);
  });
});

describe('the identity of a fit', () => {
  const examples = () => ({ lastRows: Int32Array.of(4, 5), targets: Float32Array.of(0.5, NaN) });
  const task = (): FitTask => ({
    ...SHAPE,
    learningRate: 1e-3,
    gradientNorm: 1,
    batchSize: 16,
    stride: 5,
    epochs: 2,
    patience: 2,
    seed: 3,
    inputs: Float32Array.of(1, 2, NaN),
    training: examples(),
    validation: examples(),
    start: weights(),
  });
  const whole = task();

  it('is the same for the same task, whatever the order of its members and the bits of what is no number', () => {
    const reordered = Object.fromEntries(Object.entries(whole).reverse()) as unknown as FitTask;
    const otherNaN = new Float32Array(Uint32Array.of(0x3f800000, 0x40000000, 0xffc00001).buffer);
    expect(fitIdentity(reordered, ENGINE)).toBe(fitIdentity(whole, ENGINE));
    expect(fitIdentity({ ...whole, inputs: otherNaN }, ENGINE)).toBe(fitIdentity(whole, ENGINE));
    expect(fitIdentity(whole, ENGINE)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another one wherever anything of it differs', () => {
    const { start, ...unstarted } = whole;
    const changed: FitTask[] = [
      unstarted,
      ...(
        [
          'features',
          'units',
          'lookback',
          'dropout',
          'learningRate',
          'gradientNorm',
          'batchSize',
          'stride',
          'epochs',
          'patience',
          'seed',
        ] as const
      ).map((name) => ({ ...whole, [name]: whole[name] + 1 })),
      { ...whole, head: 'quantiles' },
      { ...whole, inputs: Float32Array.of(1, 2) },
      { ...whole, training: { ...whole.training, lastRows: Int32Array.of(4, 6) } },
      { ...whole, training: { ...whole.training, targets: Float32Array.of(0.5, 0) } },
      { ...whole, validation: { ...whole.validation, targets: Float32Array.of(0.25, NaN) } },
      { ...whole, start: [start?.[1], start?.[0], start?.[2], start?.[3], start?.[4]] as unknown as NetworkWeights },
    ];
    const identities = [
      fitIdentity(whole, 'another engine'),
      ...[whole, ...changed].map((one) => fitIdentity(one, ENGINE)),
    ];
    expect(new Set(identities).size).toBe(identities.length);
  });
});

import { openEngine } from '../../libs/forecasting/src/lstm/open-engine';
import { type EngineChoice } from '../../libs/forecasting/src/lstm/fit/fit';
import { initialWeights, type NetworkShape } from '../../libs/forecasting/src/lstm/network';
import { openWasmEngine } from '../../libs/forecasting/src/lstm/wasm/wasm-engine';
import { RandomSource } from '../../libs/forecasting/src/random';
import { answerRequests } from './answer-requests';
import { NETWORK } from './work';

Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' });

/** One of the project's engines. Argument: an EngineChoice as JSON, or `plain` for the kernel without fused multiply-add. */
async function main(): Promise<void> {
  const choice = process.argv[2] ?? '';
  const engine =
    choice === 'plain'
      ? await openWasmEngine({ fusedMultiplyAdd: false })
      : await openEngine(JSON.parse(choice) as EngineChoice);
  const shape: NetworkShape = { ...NETWORK, head: 'price' };
  await answerRequests((size) => {
    const random = new RandomSource(1);
    const trainer = engine.trainer(shape, initialWeights(shape, Float32Array.of(0.1), random), NETWORK);
    const steps = NETWORK.lookback * size;
    const inputs = Float32Array.from({ length: steps * NETWORK.features }, () => random.uniform());
    const targets = Float32Array.from({ length: steps }, () => random.uniform());
    const mask = new Float32Array(steps * NETWORK.units);
    return (count) => {
      let loss = NaN;
      for (let step = 0; step < count; step++) {
        random.fillDropout(mask, NETWORK.dropout);
        loss = trainer.step({ size, inputs, targets, mask }).loss / steps;
      }
      return loss;
    };
  });
}

void main();

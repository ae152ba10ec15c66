import { type LstmEngine } from './engine';
import { type EngineChoice } from './fit/fit';
import { openLayersEngine } from './layers/layers-engine';
import { findTensorFlow } from './tensorflow/find-tensorflow';
import { openTensorFlowEngine } from './tensorflow/tensorflow-engine';
import { openWasmEngine } from './wasm/wasm-engine';

/**
 * Opens an engine to train with. TensorFlow needs a process that sets its number of threads before anything is loaded.
 * Throws where the engine that was asked for by name is not to be had.
 */
export async function openEngine({ engine, cache }: EngineChoice): Promise<LstmEngine> {
  switch (engine) {
    case 'auto':
      return tensorFlowWhereProvisioned(cache) ?? openWasmEngine({ fusedMultiplyAdd: true });
    case 'tensorflow':
      return openTensorFlowEngine(cache);
    case 'wasm':
      return openWasmEngine({ fusedMultiplyAdd: true });
    case 'layers':
      return openLayersEngine();
  }
}

function tensorFlowWhereProvisioned(cache: string): LstmEngine | undefined {
  if (findTensorFlow(cache) === undefined) return undefined;
  try {
    return openTensorFlowEngine(cache);
  } catch {
    // `closing-bell doctor` says why; a service trains with what it has.
    return undefined;
  }
}

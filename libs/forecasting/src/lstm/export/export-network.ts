import { loadForecaster } from '../../fitted-forecaster';
import { headOf } from '../heads/head-of';
import { type ModelFiles } from '../layers-model-file';
import { kerasFile } from './keras-file';
import { onnxFile } from './onnx-file';

/** A network in the formats of others. */
export interface ExportedNetwork {
  readonly onnx: Buffer;
  readonly keras: Buffer;
  /** What goes in, float32 without the batch: [lookback, features]. */
  readonly inputs: readonly number[];
  /** What comes out, float32 without the batch: [lookback, the head's outputs]. */
  readonly outputs: readonly number[];
}

/**
 * The network of a forecaster's files as ONNX and for Keras; undefined where it has none. Same files, same bytes.
 * Throws PermanentError `corrupt-model` where the files cannot be read.
 */
export async function exportNetwork(files: ModelFiles): Promise<ExportedNetwork | undefined> {
  const { network } = await loadForecaster(files);
  if (!network) return undefined;
  const { shape, weights } = network;
  const { lookback, features, head } = shape;
  return {
    onnx: onnxFile(shape, weights),
    keras: kerasFile(shape, weights),
    inputs: [lookback, features],
    outputs: [lookback, headOf(head).outputs],
  };
}

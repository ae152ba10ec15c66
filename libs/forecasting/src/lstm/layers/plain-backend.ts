import '@tensorflow/tfjs-backend-cpu';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

/**
 * Makes plain JavaScript the active TensorFlow backend: the same bytes on every machine, and nothing changed about the process it
 * runs in.
 */
export async function usePlainBackend(): Promise<void> {
  // Otherwise the backend prints a recommendation of another one.
  enableProdMode();
  await setBackend('cpu');
}

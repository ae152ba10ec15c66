import '@tensorflow/tfjs-backend-cpu';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

/**
 * Makes plain JavaScript the active TensorFlow backend: the same bytes on every machine, nothing changed about the process
 * it runs in, and fast enough for one origin at a time.
 */
export async function useServingBackend(): Promise<void> {
  // Otherwise the backend prints a recommendation of another one.
  enableProdMode();
  await setBackend('cpu');
}

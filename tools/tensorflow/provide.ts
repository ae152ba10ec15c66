import { LockedError } from './folder-lock';
import { provisionTensorFlow, type ProvisionOptions, UnavailableError } from './provision';

/**
 * Provides TensorFlow and says in a line how that ended. → the process's exit code: 0 also where TensorFlow is not to be had,
 * as training goes on without it, unless it is `required`.
 */
export async function provide(
  options: ProvisionOptions,
  required: boolean,
  print: (line: string) => void,
): Promise<number> {
  try {
    const { tensorflow, source, module } = await provisionTensorFlow(options);
    print(`TensorFlow ${tensorflow} (${source}) is in ${module}`);
    return 0;
  } catch (error) {
    if (!(error instanceof UnavailableError || error instanceof LockedError)) throw error;
    print(`No TensorFlow: ${error.message}. Training goes on with the WebAssembly engine.`);
    return required ? 1 : 0;
  }
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** `CHROMIUM_PATH`, or a Chromium on the path; undefined where there is none that can be run. */
export function findChromium(environment: NodeJS.ProcessEnv): string | undefined {
  const given = environment['CHROMIUM_PATH'];
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const candidates = given ? [given] : CHROMIUM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

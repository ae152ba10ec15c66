import { version } from '../../../package.json';
import { type Config } from './config/config';

export { version };

/** Version of the code, and its commit where that is known. */
export function codeOf({ commit }: Pick<Config, 'commit'>): string {
  return commit === undefined ? version : `${version} at ${commit}`;
}

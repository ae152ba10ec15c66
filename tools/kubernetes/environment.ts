import { loadConfig, VARIABLES } from '@closing-bell/platform';

type Setting = keyof typeof VARIABLES;

/**
 * Settings by their names in the typed configuration, as the environment variables that they are read from.
 *
 * @throws Error where the services would refuse them
 */
export function environmentOf(settings: Readonly<Partial<Record<Setting, string | number>>>): Record<string, string> {
  const variables = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [VARIABLES[name as Setting].name, String(value)]),
  );
  return checked(variables);
}

/**
 * Environment variables of the services as they are, once they are found to be such.
 *
 * @throws Error for one that the services do not know, or would refuse
 */
export function checked(variables: Readonly<Record<string, string>>): Record<string, string> {
  const known = new Set<string>(Object.values(VARIABLES).map(({ name }) => name));
  const unknown = Object.keys(variables).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(`no settings of the services: ${unknown.join(', ')}; docs/configuration.md lists them`);
  loadConfig(variables);
  return { ...variables };
}

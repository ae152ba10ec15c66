import { VARIABLES } from '@closing-bell/platform';

const HEADER = `<!-- Written by \`make docs\` from libs/platform/src/config/config.ts. Do not edit. -->

# Configuration

Read once, when a process starts; a bad value stops it with the variable’s name, what it was and what is allowed.

| variable | what it is | allowed | default |
| --- | --- | --- | --- |
`;

/** Every environment variable, as a table. */
export function configurationPage(): string {
  const rows = Object.values(VARIABLES).map(({ name, description, allowed, fallback }) => {
    const text = fallback === undefined ? '' : String(fallback);
    const value = text === '' ? 'unset' : `\`${text}\``;
    return `| \`${name}\` | ${description} | ${allowed} | ${value} |`;
  });
  return `${HEADER}${rows.join('\n')}\n`;
}

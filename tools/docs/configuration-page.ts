import { type Variable, VARIABLES } from '@closing-bell/platform';

const HEADER = `<!-- Written by \`make docs\` from libs/platform/src/config/config.ts. Do not edit. -->

# Configuration

Read once, when a process starts; a bad value stops it with the variable’s name, what it was and what is allowed. Passwords and
tokens, marked ✱, may lie in a file instead: \`CLOSING_BELL_API_TOKEN_FILE\` names the one that holds what \`CLOSING_BELL_API_TOKEN\` would.

| variable | what it is | allowed | default |
| --- | --- | --- | --- |
`;

/** Every environment variable, as a table. */
export function configurationPage(): string {
  const rows = Object.values<Variable<string | number | readonly string[] | undefined>>(VARIABLES).map(
    ({ name, description, allowed, fallback, secret }) => {
      const text = fallback === undefined ? '' : String(fallback);
      const value = text === '' ? 'unset' : `\`${text}\``;
      return `| \`${name}\`${secret ? ' ✱' : ''} | ${description} | ${allowed} | ${value} |`;
    },
  );
  return `${HEADER}${rows.join('\n')}\n`;
}

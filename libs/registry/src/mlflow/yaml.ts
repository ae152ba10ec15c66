export type Yaml = string | number | boolean | null | readonly Yaml[] | { readonly [key: string]: Yaml };

/**
 * A mapping as block YAML. Texts are quoted as in JSON, of which YAML is a superset, so that none is read as anything else: a version
 * such as 3.10 stays a text. Keys are written as they are.
 */
export function toYaml(mapping: Readonly<Record<string, Yaml>>): string {
  return lines(mapping)
    .map((line) => `${line}\n`)
    .join('');
}

function lines(value: readonly Yaml[] | { readonly [key: string]: Yaml }): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: Yaml) => (isScalar(item) ? `- ${JSON.stringify(item)}` : indented('- ', lines(item))));
  }
  return Object.entries(value).flatMap(([key, item]: [string, Yaml]) =>
    isScalar(item) ? `${key}: ${JSON.stringify(item)}` : [`${key}:`, ...indented('  ', lines(item))],
  );
}

function isScalar(value: Yaml): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}

function indented(first: string, rest: readonly string[]): string[] {
  return rest.map((line, index) => `${index === 0 ? first : '  '}${line}`);
}

import { contracts } from '@closing-bell/contracts';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';

interface Schema {
  [member: string]: unknown;
}

// Our own rules, as JSON Schema says them.
const RULES = {
  isSessionDay: { type: 'string', format: 'date' },
  isInstant: { type: 'string', format: 'date-time' },
  // Said by `required`.
  isDefined: {},
} as const;

/** JSON Schema of every message's payload, by file name. A payload may hold more than its schema says: readers ignore it. */
export function messageSchemas(): Record<string, string> {
  const classes = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: '#/$defs/',
    additionalConverters: RULES,
  }) as Record<string, Schema>;
  return Object.fromEntries(
    contracts.map((contract) => {
      const schema = classes[contract.payload.name] ?? {};
      const definitions = referenced(schema, classes);
      return [
        `${contract.name}.v${contract.version}.json`,
        `${JSON.stringify(
          {
            $schema: 'https://json-schema.org/draft/2020-12/schema',
            $id: `urn:closing-bell:${contract.name}:v${contract.version}`,
            title: contract.type,
            description: contract.description,
            ...schema,
            ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
          },
          null,
          2,
        )}\n`,
      ];
    }),
  );
}

/** The classes that a schema refers to, however deep. */
function referenced(
  schema: Schema,
  classes: Record<string, Schema>,
  found: Record<string, Schema> = {},
): Record<string, Schema> {
  for (const [, name] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) {
    const definition = name === undefined ? undefined : classes[name];
    if (name === undefined || !definition || name in found) continue;
    found[name] = definition;
    referenced(definition, classes, found);
  }
  return found;
}

/** A schema as the API's description has them. */
export interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** true: whatever it is. */
  readonly additionalProperties?: Schema | true;
}

type Schemas = Readonly<Record<string, Schema>>;

/** The first place where a value is not exactly what a schema says, no field more or less; undefined where it is. */
export function schemaFault(value: unknown, schema: Schema, schemas: Schemas, at = '$'): string | undefined {
  if (value === null) return schema.nullable ? undefined : `${at} is null`;
  const [part] = schema.allOf ?? [];
  if (part) return schemaFault(value, part, schemas, at);
  if (schema.oneOf) {
    const faults = schema.oneOf.map((one) => schemaFault(value, one, schemas, at));
    return faults.some((fault) => fault === undefined) ? undefined : faults.join(' and ');
  }
  if (schema.$ref !== undefined) {
    const named = schemas[schema.$ref.slice('#/components/schemas/'.length)];
    return named ? schemaFault(value, named, schemas, at) : `${at}: there is no ${schema.$ref}`;
  }
  if (schema.enum && !schema.enum.includes(value)) return `${at} is ${JSON.stringify(value)}`;
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return `${at} is no list`;
    return first(value.map((one, index) => schemaFault(one, schema.items ?? {}, schemas, `${at}[${index}]`)));
  }
  if (schema.type === 'object') return objectFault(value, schema, schemas, at);
  return typeof value === schema.type ? undefined : `${at} is a ${typeof value}, not a ${schema.type}`;
}

function objectFault(value: unknown, schema: Schema, schemas: Schemas, at: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} is no object`;
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((name) => !(name in value));
  if (missing.length > 0) return `${at} lacks ${missing.join(', ')}`;
  return first(
    Object.entries(value).map(([name, one]) => {
      const described = properties[name] ?? additionalProperties;
      if (described === true) return undefined;
      return described ? schemaFault(one, described, schemas, `${at}.${name}`) : `${at}.${name} is not described`;
    }),
  );
}

function first(faults: readonly (string | undefined)[]): string | undefined {
  return faults.find((fault) => fault !== undefined);
}

import Ajv, { type AnySchemaObject, type ValidateFunction } from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const SWAGGER = 'swagger.json';
const METADATA = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface Swagger {
  readonly definitions: Readonly<Record<string, AnySchemaObject>>;
}

interface CustomResource {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema?: { readonly openAPIV3Schema: AnySchemaObject };
    }[];
  };
}

/** Something wrong with an object of a manifest. */
export interface Finding {
  readonly object: string;
  readonly problem: string;
}

/**
 * The schemas of Kubernetes and of custom resources that lie in a folder. They are taken strictly, as the API server takes them for
 * whoever asks it to: a field that is not known is an error. Rules in CEL are not run.
 */
export class Schemas {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  private readonly byKind = new Map<string, AnySchemaObject>();
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(folder: string) {
    const swagger = JSON.parse(readFileSync(join(folder, SWAGGER), 'utf8')) as Swagger;
    for (const [name, definition] of Object.entries(swagger.definitions)) {
      this.ajv.addSchema({ ...(strict(definition) as AnySchemaObject), $id: `kubernetes:${name}` });
      for (const { group, version, kind } of (definition['x-kubernetes-group-version-kind'] ??
        []) as GroupVersionKind[]) {
        this.byKind.set(keyOf(group === '' ? version : `${group}/${version}`, kind), { $ref: `kubernetes:${name}` });
      }
    }
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
      for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
        const { spec } = document.toJS() as CustomResource;
        for (const { name, schema } of spec.versions) {
          if (schema === undefined) continue;
          const whole = strict(schema.openAPIV3Schema) as AnySchemaObject;
          const fields = whole['properties'] as object;
          const properties = { ...fields, metadata: { $ref: `kubernetes:${METADATA}` } };
          this.byKind.set(keyOf(`${spec.group}/${name}`, spec.names.kind), { ...whole, properties });
        }
      }
    }
  }

  /** What is wrong with the objects of a YAML file. An object of a kind without a schema is wrong, too. */
  check(text: string): Finding[] {
    return parseAllDocuments(text).flatMap((document) => {
      const object = document.toJS() as { apiVersion?: string; kind?: string; metadata?: { name?: string } } | null;
      if (object === null) return [];
      const { apiVersion = '', kind = '', metadata } = object;
      const about = `${kind} ${metadata?.name ?? ''}`;
      const validate = this.validatorOf(keyOf(apiVersion, kind));
      if (validate === undefined) return [{ object: about, problem: `there is no schema for ${apiVersion} ${kind}` }];
      if (validate(object)) return [];
      return (validate.errors ?? []).map(({ instancePath, message, params }) => ({
        object: about,
        problem: `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
      }));
    });
  }

  /** How many objects a YAML file holds. */
  static count(text: string): number {
    return parseAllDocuments(text).filter((document) => document.toJS() !== null).length;
  }

  private validatorOf(key: string): ValidateFunction | undefined {
    const schema = this.byKind.get(key);
    if (schema === undefined) return undefined;
    const known = this.compiled.get(key) ?? this.ajv.compile(schema);
    this.compiled.set(key, known);
    return known;
  }
}

const keyOf = (apiVersion: string, kind: string): string => `${apiVersion} ${kind}`;

/** A schema in which an object has no fields but those that are named; references to those of Kubernetes lead to theirs. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return (schema as unknown[]).map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref, ...rest } = schema as AnySchemaObject;
  if (typeof $ref === 'string') return { $ref: $ref.replace('#/definitions/', 'kubernetes:') };
  if (rest['x-kubernetes-int-or-string'] || rest['format'] === 'int-or-string') return { type: ['integer', 'string'] };
  if (rest['x-kubernetes-preserve-unknown-fields']) return { type: 'object' };
  const entries = Object.entries(rest as Record<string, unknown>).map(([name, value]) => [
    name,
    KEEPS.has(name) ? value : strictUnder(name, value),
  ]);
  const made = Object.fromEntries(entries) as AnySchemaObject;
  return made['properties'] !== undefined && made['additionalProperties'] === undefined
    ? { ...made, additionalProperties: false }
    : made;
}

/** Words of a schema whose values are data and no schemas. */
const KEEPS = new Set(['enum', 'default', 'example', 'required', 'description', 'x-kubernetes-validations']);

function strictUnder(name: string, value: unknown): unknown {
  if (name !== 'properties') return strict(value);
  return Object.fromEntries(Object.entries(value as object).map(([property, schema]) => [property, strict(schema)]));
}

import { stringify } from 'yaml';

/** An object of Kubernetes or of a resource that was defined for it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** Says of every generated file where it comes from. */
export const GENERATED = 'Written by `make manifests` from the code in tools/kubernetes. Do not edit.';

/** Objects as one file of YAML. */
export function yamlOf(objects: readonly object[], comment?: string): string {
  const header = [GENERATED, ...(comment === undefined ? [] : [comment])].map((line) => `# ${line}\n`).join('');
  return header + objects.map((object) => stringify(object, { lineWidth: 0, singleQuote: true })).join('---\n');
}

/** The labels by which everything of the project is found. */
export const PART_OF = { 'app.kubernetes.io/part-of': 'closing-bell' } as const;

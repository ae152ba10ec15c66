import { createHash } from 'node:crypto';
import { type LockedPackage } from './packages';

/** A part of an image's content, in CycloneDX's words. */
export interface Component {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly ({ readonly expression: string } | { readonly license: { readonly name: string } })[];
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly purl: string;
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

// Identifiers joined by AND, OR and WITH; not npm's "SEE LICENSE IN …" and "UNLICENSED".
const SPDX = /^(?!SEE LICENSE|UNLICENSED)[\w.+()-]+( (AND|OR|WITH) [\w.+()-]+)*$/;

/** A package of npm as a component. */
export function npmComponent({ name, version, license, integrity }: LockedPackage): Component {
  const [scope, base] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = `pkg:npm/${scope === undefined ? '' : `${encodeURIComponent(scope)}/`}${base ?? name}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope === undefined ? {} : { group: scope }),
    name: base ?? name,
    version,
    ...(license === undefined
      ? {}
      : { licenses: [SPDX.test(license) ? { expression: license } : { license: { name: license } }] }),
    ...(integrity === undefined ? {} : { hashes: integrity.split(' ').map(hashOf) }),
    purl,
  };
}

function hashOf(integrity: string): { alg: string; content: string } {
  const [algorithm = '', digest = ''] = integrity.split(/-(.*)/s);
  return { alg: ALGORITHMS[algorithm] ?? algorithm, content: Buffer.from(digest, 'base64').toString('hex') };
}

/**
 * The bill of materials of an image, as CycloneDX 1.6 in JSON. The same components give the same bytes: it names no time, and its serial
 * number is made of what it lists. Source: CycloneDX specification, version 1.6.
 *
 * @param image name and version of what is described
 */
export function sbom(
  image: { readonly name: string; readonly version: string },
  components: readonly Component[],
): string {
  const byReference = new Map(components.map((component) => [component['bom-ref'], component]));
  const sorted = [...byReference.keys()].sort().flatMap((reference) => byReference.get(reference) ?? []);
  const hash = createHash('sha256')
    .update(JSON.stringify([image, sorted]))
    .digest('hex');
  // A UUID of version 8, the one whose bits are the maker's own.
  const variant = ((parseInt(hash.slice(16, 17), 16) & 3) | 8).toString(16);
  const uuid = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    variant + hash.slice(17, 20),
    hash.slice(20, 32),
  ];
  const document = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuid.join('-')}`,
    version: 1,
    metadata: { component: { type: 'container', 'bom-ref': image.name, name: image.name, version: image.version } },
    components: sorted,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

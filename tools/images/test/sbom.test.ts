import { join } from 'node:path';
import { LockFile, packageFolderOf } from '../packages';
import { npmComponent, sbom } from '../sbom';

const IMAGE = { name: 'closing-bell/ingestor', version: '1.2.3' };
const rxjs = {
  name: 'rxjs',
  version: '7.8.2',
  license: 'Apache-2.0',
  integrity: `sha512-${Buffer.from('bytes').toString('base64')}`,
};

describe('a bill of materials', () => {
  it('names a package by its purl, with licence and the hash of its archive', () => {
    expect(npmComponent(rxjs)).toEqual({
      type: 'library',
      'bom-ref': 'pkg:npm/rxjs@7.8.2',
      name: 'rxjs',
      version: '7.8.2',
      licenses: [{ expression: 'Apache-2.0' }],
      hashes: [{ alg: 'SHA-512', content: Buffer.from('bytes').toString('hex') }],
      purl: 'pkg:npm/rxjs@7.8.2',
    });
  });

  it('encodes a scope, keeps expressions and tells them from what is none', () => {
    const scoped = npmComponent({ name: '@nestjs/core', version: '11.0.0', license: '(MIT OR Apache-2.0)' });
    expect(scoped).toMatchObject({ group: '@nestjs', name: 'core', purl: 'pkg:npm/%40nestjs/core@11.0.0' });
    expect(scoped.licenses).toEqual([{ expression: '(MIT OR Apache-2.0)' }]);
    const { licenses } = npmComponent({ name: 'own', version: '1.0.0', license: 'SEE LICENSE IN LICENSE.md' });
    expect(licenses).toEqual([{ license: { name: 'SEE LICENSE IN LICENSE.md' } }]);
    expect(npmComponent({ name: 'none', version: '1.0.0' })).not.toHaveProperty('licenses');
  });

  it('has the same bytes for the same packages in any order, each once, and another serial number for others', () => {
    const other = { name: 'pino', version: '9.14.0' };
    const [first, second] = [npmComponent(rxjs), npmComponent(other)];
    const text = sbom(IMAGE, [first, second, first]);
    expect(sbom(IMAGE, [second, first])).toBe(text);
    const document = JSON.parse(text) as { serialNumber: string; components: { name: string }[] };
    expect(document).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 });
    expect(document.components.map(({ name }) => name)).toEqual(['pino', 'rxjs']);
    expect(document.serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(JSON.parse(sbom(IMAGE, [first]))).not.toHaveProperty('serialNumber', document.serialNumber);
  });
});

describe('the lock file', () => {
  const lock = new LockFile(join(__dirname, '../../..'));

  it('knows the package of a file, also one within another', () => {
    expect(packageFolderOf('node_modules/rxjs/dist/index.js')).toBe('node_modules/rxjs');
    expect(packageFolderOf('node_modules/a/node_modules/@b/c/d.js')).toBe('node_modules/a/node_modules/@b/c');
    expect(packageFolderOf('dist/apps/cli/src/main.js')).toBeUndefined();
  });

  it('tells version and integrity, and refuses a package that it does not pin', () => {
    const { name, version, integrity } = lock.packageIn('node_modules/@nestjs/core');
    expect(name).toBe('@nestjs/core');
    expect(version).toMatch(/^11\./);
    expect(integrity).toMatch(/^sha512-/);
    expect(() => lock.packageIn('node_modules/no-such-package')).toThrow(/no-such-package is not in .*npm ci/);
  });
});

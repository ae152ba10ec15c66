import { SERVICES } from '@closing-bell/contracts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ImageDescriptions } from '../dockerfile';
import { CONTENT_NAMES, contentOf, IMAGES } from '../images';

const ROOT = join(__dirname, '../../..');
const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

describe('the Dockerfile, which no engine has run here', () => {
  const dockerfile = new ImageDescriptions(text, { COMMIT: 'abcdef0' });

  it.each(IMAGES)(
    'has a target for %s that runs as nobody in particular, writes to /tmp and says where it comes from',
    (name) => {
      expect(dockerfile.names).toContain(name);
      const { user, workingDirectory, environment, entrypoint } = dockerfile.configOf(name);
      // Kubernetes knows a number to be no root's, and a name not.
      expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(workingDirectory).toBe('/app');
      expect(environment).toMatchObject({
        NODE_ENV: 'production',
        HOME: '/tmp',
        CLOSING_BELL_HOME: '/tmp/closing-bell',
        CLOSING_BELL_COMMIT: 'abcdef0',
      });
      expect(entrypoint).toEqual(['/usr/bin/tini', '--']);
      expect(dockerfile.labelNamesOf(name).sort()).toEqual(
        ['licenses', 'revision', 'source', 'version'].map((label) => `org.opencontainers.image.${label}`),
      );
    },
  );

  it.each(SERVICES)('starts the %s where the build puts it, and asks it whether it lives', (name) => {
    const { command, environment, healthcheck } = dockerfile.configOf(name);
    expect(command).toEqual(['node', `dist/apps/${name}/src/main.js`]);
    expect(contentOf(name).entries).toContain(`apps/${name}/src/main.js`);
    expect(existsSync(join(ROOT, `apps/${name}/src/main.ts`))).toBe(true);
    expect(environment).toMatchObject({ CLOSING_BELL_HTTP_HOST: '0.0.0.0', CLOSING_BELL_HTTP_PORT: '8080' });
    expect(healthcheck?.join(' ')).toContain('/health/live');
  });

  it('copies from its folder what is there, and from a stage what that stage has assembled', () => {
    const copies = dockerfile.copies();
    for (const { from, sources } of copies.filter((copy) => copy.from === undefined)) {
      for (const source of sources)
        expect({ from, source, exists: existsSync(join(ROOT, source)) }).toMatchObject({ exists: true });
    }
    const assembled = [...text.matchAll(/images\/main\.js assemble (.+?) (?:\\\n|--)/g)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect([...assembled].sort()).toEqual([...CONTENT_NAMES].sort());
    for (const { stage, from, sources } of copies.filter((copy) => copy.from !== undefined)) {
      expect(dockerfile.names.slice(0, dockerfile.names.indexOf(stage))).toContain(from);
      for (const source of sources.filter((path) => path.startsWith('/content/'))) {
        expect(assembled).toContain(source.split('/')[2]);
      }
    }
  });

  it.each(IMAGES)('puts the content of %s where it was assembled, whole', (name) => {
    const copied = dockerfile.copies().filter(({ stage }) => stage === name);
    const places = copied.flatMap(({ sources, target }) =>
      sources.map((source) => {
        const below = source.slice(`/content/${name}`.length);
        // Into a folder, or as one.
        expect(target.endsWith('/') ? join(target, below.split('/').at(-1) ?? '') : target).toBe(below);
        return below;
      }),
    );
    const ofApp = ['LICENSE', 'dist', 'node_modules', 'package.json', 'sbom.cdx.json'].map((file) => `/app/${file}`);
    expect(places.sort()).toEqual([...ofApp, ...(contentOf(name).tensorflow ? ['/opt'] : [])]);
  });

  it('pins Node and Debian in one place', () => {
    expect(text).toMatch(/^ARG BASE=node:20\.\d+\.\d+-bookworm-slim(@sha256:[0-9a-f]{64})?$/m);
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base = '']) => base);
    for (const base of bases) expect(['${BASE}', ...dockerfile.names]).toContain(base);
  });
});

describe('descriptions of images', () => {
  const small = `
FROM debian:12 AS base
ENV A=1 B="two words"
USER 7:7
ENTRYPOINT ["/init"]
FROM base AS app
ENV A=\${GIVEN}
WORKDIR /app
COPY --from=base /a /b /c/
CMD ["run", "it"]
`;

  it('take from the stages below what a stage does not say itself', () => {
    expect(new ImageDescriptions(small, { GIVEN: 'given' }).configOf('app')).toEqual({
      entrypoint: ['/init'],
      command: ['run', 'it'],
      environment: { A: 'given', B: 'two words' },
      user: '7:7',
      workingDirectory: '/app',
      healthcheck: undefined,
    });
    expect(new ImageDescriptions(small).copies()).toEqual([
      { stage: 'app', from: 'base', sources: ['/a', '/b'], target: '/c/' },
    ]);
  });

  it('are refused where a stage has no name, a command takes a shell, or nothing is called so', () => {
    expect(() => new ImageDescriptions('FROM debian:12\n')).toThrow(/Name the stage/);
    expect(() => new ImageDescriptions('FROM debian:12 AS a\nCMD run it\n').configOf('a')).toThrow(
      /as a list.*CMD run it/,
    );
    expect(() => new ImageDescriptions(small).configOf('other')).toThrow(/no stage other. It has base, app/);
  });
});

describe('docker-bake.json and cloudbuild.yaml', () => {
  const bake = JSON.parse(readFileSync(join(ROOT, 'docker-bake.json'), 'utf8')) as {
    group: { default: { targets: string[] } };
    target: Record<string, { target?: string; tags?: string[] }>;
  };

  it('build every image, each under its own name', () => {
    expect(bake.group.default.targets).toEqual([...IMAGES]);
    for (const name of IMAGES) {
      expect(bake.target[name]).toMatchObject({
        inherits: ['common'],
        target: name,
        tags: [`\${REPOSITORY}/${name}:\${TAG}`],
      });
    }
  });

  it('attest what they push', () => {
    for (const file of ['cloudbuild.yaml', 'make/images.mk']) {
      const said = readFileSync(join(ROOT, file), 'utf8');
      for (const option of ['--push', '--sbom=true', '--provenance=mode=max']) expect(said).toContain(option);
    }
  });

  it('use no variable that is not declared', () => {
    const cloudbuild = readFileSync(join(ROOT, 'cloudbuild.yaml'), 'utf8');
    const { substitutions } = parse(cloudbuild) as { substitutions: Record<string, string> };
    const used = [...cloudbuild.matchAll(/\$\{?(_[A-Z]+)\}?/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(substitutions).sort());
  });
});

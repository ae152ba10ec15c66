import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly ports: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}

const ROOT = join(__dirname, '../../..');
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const pinned = (file: string, pattern: RegExp): string => {
  const [, version] = pattern.exec(text(file)) ?? [];
  if (version === undefined) throw new Error(`${file} has nothing like ${pattern}`);
  return version;
};

describe('docker-compose.yml, which no engine has run here', () => {
  const file = text('docker-compose.yml');
  const compose = parse(file) as { services: Record<string, Service>; volumes: Record<string, unknown> };
  const services = Object.entries(compose.services);

  it('has the versions that the Makefile and the requirements pin', () => {
    const { 'cloud-storage': objects, bigquery, mlflow } = compose.services;
    expect(objects?.image).toBe(`fsouza/fake-gcs-server:${pinned('Makefile', /fsouza\/fake-gcs-server@v([\d.]+\d)/)}`);
    const emulator = pinned('tools/bigquery-emulator/requirements.txt', /^bqemulator==(\S+)/m);
    expect(bigquery).toMatchObject({
      build: 'tools/bigquery-emulator',
      image: `closing-bell/bigquery-emulator:${emulator}`,
    });
    expect(mlflow?.image).toBe(`ghcr.io/mlflow/mlflow:v${pinned('tools/mlflow/requirements.txt', /^mlflow==(\S+)/m)}`);
  });

  it.each(services)('pins %s, publishes it on this machine alone and asks whether it is well', (_, service) => {
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+(-[a-z]+)?$/);
    expect(service.ports.length).toBeGreaterThan(0);
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    expect(service.healthcheck.test[0]).toBe('CMD');
    expect(service.healthcheck.test.length).toBeGreaterThan(1);
    if (service.build !== undefined) expect(existsSync(join(ROOT, service.build, 'Dockerfile'))).toBe(true);
  });

  it('keeps state in the volumes that it declares, each of one service', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0]));
    expect(used.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('tells to export the addresses that it publishes', () => {
    const exported = [...file.matchAll(/^# .*export .*$/gm)].flatMap(([line]) =>
      [...line.matchAll(/127\.0\.0\.1:\d+/g)].map(([address]) => address),
    );
    const published = services.flatMap(([, { ports }]) => ports.map((port) => port.replace(/:\d+$/, '')));
    expect(exported.sort()).toEqual(published.sort());
  });

  it('copies only what is there into the image', () => {
    const copied = [...text('tools/bigquery-emulator/Dockerfile').matchAll(/^COPY (\S+)/gm)].map(([, from]) => from);
    for (const from of copied) expect(existsSync(join(ROOT, 'tools/bigquery-emulator', from ?? ''))).toBe(true);
  });
});

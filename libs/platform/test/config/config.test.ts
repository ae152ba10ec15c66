import { loadConfig } from '../../src';

describe('loadConfig', () => {
  it('has a value for everything when the environment is empty', () => {
    expect(loadConfig({})).toMatchObject({
      projectId: 'closing-bell',
      emulatorHost: undefined,
      exchange: 'XNYS',
      symbols: ['^GSPC'],
      marketData: 'sample:',
      httpHost: '127.0.0.1',
      objects: expect.stringMatching(/^file:\/\/\/.*\/\.closing-bell\/objects$/) as unknown,
      warehouse: expect.stringMatching(/^duckdb:\/.*\/\.closing-bell\/warehouse\.duckdb$/) as unknown,
    });
  });

  it('reads what is set, each by its own rules', () => {
    const config = loadConfig({
      CLOSING_BELL_SYMBOLS: 'AAPL, BRK-B,AAPL',
      CLOSING_BELL_HTTP_PORT: '8080',
      CLOSING_BELL_LOG_LEVEL: 'debug',
      CLOSING_BELL_HOME: '/srv/bell',
      CLOSING_BELL_OBJECTS: 'gs://bucket/prefix',
      PUBSUB_EMULATOR_HOST: '127.0.0.1:8085',
    });
    expect(config).toMatchObject({
      symbols: ['AAPL', 'BRK-B'],
      httpPort: 8080,
      logLevel: 'debug',
      objects: 'gs://bucket/prefix',
      warehouse: 'duckdb:/srv/bell/warehouse.duckdb',
      emulatorHost: '127.0.0.1:8085',
    });
  });

  it.each(['http://127.0.0.1:4443', 'http://localhost:4443/', 'http://[::1]:4443', 'https://gcs.internal'])(
    'takes %s for the endpoint of Cloud Storage',
    (url) => expect(loadConfig({ CLOSING_BELL_GCS_ENDPOINT: url }).gcsEndpoint).toBe(url),
  );

  it.each([
    'http://gcs.internal',
    'http://127.0.0.1.example',
    'https://user:key@host',
    'https://host/storage/v1',
    'host:4443',
  ])('refuses %s for the endpoint of Cloud Storage', (url) =>
    expect(() => loadConfig({ CLOSING_BELL_GCS_ENDPOINT: url })).toThrow('CLOSING_BELL_GCS_ENDPOINT is'),
  );

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://user:key@collector'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', '10%'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'production'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'key'],
  ])('refuses %s=%s', (name, value) => expect(() => loadConfig({ [name]: value })).toThrow(`${name} is`));

  it('reads where traces go and which', () => {
    expect(
      loadConfig({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc,x-team=bell',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=production,team=bell',
      }),
    ).toMatchObject({
      otlpEndpoint: 'http://collector:4318',
      otlpHeaders: 'x-key=abc,x-team=bell',
      traceRatio: 0.25,
      resourceAttributes: ['deployment.environment.name=production', 'team=bell'],
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(loadConfig({ CLOSING_BELL_HTTP_PORT: '' }).httpPort).toBe(0);
  });

  it('lists every bad variable with what it was and what is allowed', () => {
    const load = () =>
      loadConfig({ CLOSING_BELL_HTTP_PORT: '80.5', CLOSING_BELL_LOG_LEVEL: 'loud', CLOSING_BELL_SYMBOLS: 'AAPL,../x' });
    expect(load).toThrow('CLOSING_BELL_HTTP_PORT is "80.5"; allowed: a whole number from 0 to 65535');
    expect(load).toThrow('CLOSING_BELL_LOG_LEVEL is "loud"; allowed: trace, debug, info, warn, error, fatal');
    expect(load).toThrow('CLOSING_BELL_SYMBOLS is "AAPL,../x"; allowed: a comma-separated list');
  });

  it('never shows a secret, not even one that it refuses', () => {
    const load = () => loadConfig({ MLFLOW_TRACKING_TOKEN: 'top secret' });
    expect(load).toThrow('MLFLOW_TRACKING_TOKEN is not what it can be (its value is not shown); allowed: a token');
    expect(load).not.toThrow('top secret');
  });

  it('reads a secret from the file that the environment names, without the line’s end', () => {
    const readText = (path: string) => (path === '/secrets/token' ? 'a-token-of-enough-length\n' : '');
    const environment = { CLOSING_BELL_API_TOKEN_FILE: '/secrets/token' };
    expect(loadConfig(environment, readText).apiToken).toBe('a-token-of-enough-length');
    const both = { ...environment, CLOSING_BELL_API_TOKEN: 'another-token-in-place' };
    expect(loadConfig(both, readText).apiToken).toBe('another-token-in-place');
  });

  it('does not show what is in a secret’s file, and names one that it cannot read', () => {
    const short = () => loadConfig({ CLOSING_BELL_API_TOKEN_FILE: '/secrets/token' }, () => 'too short');
    expect(short).toThrow('CLOSING_BELL_API_TOKEN is not what it can be (its value is not shown)');
    expect(short).not.toThrow('too short');
    const missing = () => loadConfig({ CLOSING_BELL_API_TOKEN_FILE: '/nowhere/token' });
    expect(missing).toThrow(/CLOSING_BELL_API_TOKEN_FILE names \/nowhere\/token, which cannot be read: ENOENT/);
  });

  it('reads nothing but secrets from files', () => {
    const readText = () => {
      throw new Error('nothing is to be read');
    };
    expect(loadConfig({ CLOSING_BELL_PROJECT_FILE: '/secrets/project' }, readText).projectId).toBe('closing-bell');
  });
});

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools', '<rootDir>/web'],
  testMatch: ['**/test/**/*.test.ts'],
  moduleNameMapper: { '^@closing-bell/([^/]+)$': '<rootDir>/libs/$1/src' },
  transform: {
    '^.+\\.[cm]?[jt]s$': [
      '@swc/jest',
      {
        module: { type: 'commonjs' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  // Packages that are published as ES modules alone, which Jest's own loader cannot require, and one that imports such a package late.
  transformIgnorePatterns: [
    '/node_modules/(?!(data-uri-to-buffer|fetch-blob|formdata-polyfill|h5wasm|hyparquet|hyparquet-writer|node-fetch|teeny-request|vega-datasets|yahoo-finance2)/)',
  ],
  // A machine shared with other work takes several times as long; a hung test still ends.
  testTimeout: 120_000,
  // A process for each test file: a client that still repeats its calls when its own file has ended throws into no other one.
  workerIdleMemoryLimit: '1MB',
  // Many tests wait for a server rather than compute.
  maxWorkers: '100%',
};

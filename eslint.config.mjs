import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist',
      'node_modules',
      'coverage',
      '.cache',
      '.closing-bell',
      '*.js',
      '*.mjs',
      'libs/forecasting/kernel',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './web/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // What breaks acks: a promise that nobody awaits is a message acknowledged before its effect is durable.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Configuration is read once, in libs/platform. Take what you need as a parameter.',
        },
        { selector: 'ExportAllDeclaration', message: 'Name what a public barrel exports.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/apps/*'], message: 'No app imports another app.' },
            { group: ['@closing-bell/*/*'], message: 'Import from the library itself.' },
          ],
        },
      ],
      eqeqeq: 'error',
    },
  },
  {
    // A benchmark drives the services as their users do, through the command line's own parts.
    files: ['tools/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // The page reads the types of what it asks for; none of an app's code comes along.
    files: ['web/**'],
    rules: {
      'no-restricted-imports': 'off',
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/apps/*/src/**'], message: 'Types of answers alone.', allowTypeImports: true }] },
      ],
    },
  },
  {
    files: ['libs/contracts/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['@closing-bell/*'] }] },
  },
  {
    files: [
      'libs/platform/src/run-service.ts',
      // Sets the number of threads before TensorFlow is loaded.
      'libs/forecasting/src/lstm/fit/fit-worker.ts',
      'apps/cli/src/main.ts',
      'tools/**',
      '**/test/**',
    ],
    rules: { 'no-restricted-syntax': 'off' },
  },
);

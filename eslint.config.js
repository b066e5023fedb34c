/** Lint rules: recommended sets, no `any`, and what keeps the pure rooms pure. */
import pluginVue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';

const PURE = ['src/core/**/*.ts'];
const QUIET = ['core', 'bridge', 'store', 'compute'].map((room) => `src/${room}/**/*.ts`);

/** Globals of Node and of the browser that a pure room must not see. */
const ENVIRONMENT = [
  ...['process', 'Buffer', 'require', 'global', '__dirname', 'setTimeout', 'setInterval', 'setImmediate'],
  ...['window', 'document', 'navigator', 'localStorage', 'fetch', 'performance', 'crypto', 'queueMicrotask'],
];

export default tseslint.config(
  { ignores: ['node_modules/', 'out/', 'release/', '.cache/', 'coverage/', 'resources/'] },
  ...tseslint.configs.recommended,
  ...pluginVue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: ['.vue'] } },
    rules: {
      // Prettier owns the layout.
      'vue/html-indent': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
    },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-unused-expressions': ['error', { allowShortCircuit: true, allowTernary: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: QUIET,
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/host/processes/own-process.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.object.name="child"][callee.property.name="kill"]',
          message: 'use killChild.',
        },
      ],
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'core is pure: pass what it needs in as an argument.' }] },
      ],
      'no-restricted-globals': [
        'error',
        ...ENVIRONMENT.map((name) => ({ name, message: 'core knows no environment: pass what it needs in.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'pass a generator in (core/math/rng.ts).' },
        { object: 'Date', property: 'now', message: 'pass `now` in.' },
      ],
      'no-restricted-syntax': ['error', { selector: 'NewExpression[callee.name="Date"]', message: 'pass `now` in.' }],
    },
  },
);

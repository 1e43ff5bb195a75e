// Who may import whom, as data. A path is written from `src/`; `*` stands for one folder or file.

export interface Rule {
  readonly folder: string;
  /** Other places in the house; a folder may always import itself, except that adapters and the like stop at their own. */
  readonly house: readonly string[] | 'everything';
  readonly packages: readonly string[] | 'everything';
  readonly builtins: readonly string[] | 'everything';
}

const schema = ['zod'];
const server = ['fastify', '@fastify/*', 'fastify-type-provider-zod', ...schema];

// Builtins that only compute. Files, sockets, clocks and processes belong to the adapters.
const computing = ['node:assert', 'node:assert/strict', 'node:buffer', 'node:crypto', 'node:string_decoder'];

/** The first rule whose folder matches decides. A file that no rule matches is itself a violation. */
export const rules: readonly Rule[] = [
  { folder: 'core/money', house: [], packages: [], builtins: [] },
  { folder: 'core', house: ['core'], packages: [], builtins: [] },
  { folder: 'ports', house: ['core', 'ports'], packages: [], builtins: [] },
  { folder: 'flows', house: ['core', 'ports', 'flows'], packages: [], builtins: computing },
  { folder: 'dialects/*', house: ['core', 'ports'], packages: schema, builtins: computing },
  // The table of all normalizers, and the signs by which a payload is known.
  { folder: 'providers/normalizers.ts', house: ['core', 'providers'], packages: [], builtins: [] },
  { folder: 'providers/shape.ts', house: ['core'], packages: [], builtins: [] },
  // The list of all of them.
  { folder: 'providers/provider-adapters.ts', house: ['ports', 'providers'], packages: [], builtins: [] },
  { folder: 'providers/provider-jobs.ts', house: ['ports', 'providers'], packages: [], builtins: [] },
  // Signatures and frames of the one cloud that has its own.
  {
    folder: 'providers/bedrock',
    house: ['core', 'ports', 'providers/openai-compatible'],
    packages: [...schema, 'aws4', '@smithy/core'],
    builtins: computing,
  },
  {
    folder: 'providers/*',
    house: ['core', 'ports', 'providers/google', 'providers/openai', 'providers/openai-compatible'],
    packages: schema,
    builtins: computing,
  },
  // Public price lists in their own formats, and their makers' names; pure.
  { folder: 'price-lists', house: ['core', 'price-lists'], packages: [], builtins: [] },
  // Tables as text, for whoever reads or writes them; pure.
  { folder: 'csv', house: ['core', 'csv'], packages: ['csv-parse', 'csv-stringify'], builtins: [] },
  // It serves what the simulator's pure half decides.
  {
    folder: 'adapters/simulator',
    house: ['core', 'ports', 'providers/simulator'],
    packages: [],
    builtins: 'everything',
  },
  { folder: 'adapters/seeds', house: ['core', 'ports', 'csv'], packages: [], builtins: 'everything' },
  { folder: 'adapters/*', house: ['core', 'ports'], packages: [], builtins: 'everything' },
  {
    folder: 'http',
    house: ['core', 'ports', 'flows', 'dialects', 'csv', 'http'],
    packages: server,
    builtins: 'everything',
  },
  // Commands: what they say goes through the doors, or through the world that they build.
  {
    folder: 'cli',
    house: [
      'core',
      'ports',
      'flows',
      'http',
      'cli',
      'world.ts',
      'config.ts',
      'adapters/catalog-files',
      'adapters/data-dir',
      'adapters/telemetry',
      'adapters/upstream',
      'price-lists',
      'providers/normalizers.ts',
    ],
    packages: ['commander'],
    builtins: 'everything',
  },
  { folder: 'main.ts', house: 'everything', packages: 'everything', builtins: 'everything' },
  { folder: 'world.ts', house: 'everything', packages: 'everything', builtins: 'everything' },
  { folder: 'config.ts', house: 'everything', packages: 'everything', builtins: 'everything' },
];

/** The npm packages that an adapter is for. A new adapter with a package of its own adds its line here. */
export const adapterPackages: Readonly<Record<string, readonly string[]>> = {
  'catalog-files': ['yaml'],
  mail: ['nodemailer'],
  payments: ['stripe'],
  postgres: ['pg', 'pg-copy-streams'],
  redis: ['redis', '@redis/*'],
  telemetry: ['pino', 'prom-client'],
  upstream: ['undici'],
};

/** Each of these core folders may import those before it, never those after it. */
export const coreOrder: readonly string[] = ['money', 'usage', 'pricing', 'ledger'];

/** A test may import anything; a contract, being run by tests only, may also import the test tools. */
export const testFile = /\.test\.ts$/;
export const contractFile = /\.contract\.ts$/;
export const testPackages: readonly string[] = ['vitest', 'fast-check'];

/** Folders in which the name of a provider is a bug, in code and in comments alike. */
export const namelessFolders: readonly string[] = ['core', 'flows'];

// Found anywhere in a word. Names that are also English words (together, replicate, cohere) are left to the folder list:
// every folder of `providers/` is looked for as a whole word.
export const providerNames: readonly string[] = [
  'openai',
  'anthropic',
  'gemini',
  'bedrock',
  'azure',
  'mistral',
  'deepseek',
  'openrouter',
  'groq',
  'vertexai',
  'elevenlabs',
  'deepgram',
];

/** What core may not touch: it has no clock, no chance, no waiting and no world. */
export const impureGlobals: readonly string[] = [
  'process',
  'fetch',
  'console',
  'crypto',
  'performance',
  'require',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
];
export const impureCalls: readonly string[] = ['Date.now', 'Math.random', 'Date()', 'new Date()'];

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { violations, type Sources } from './violations.ts';

const sourceRoot = join(import.meta.dirname, '../../src');

// Far below the real number; it only catches a test that looked in the wrong place.
const plausibleFileCount = 10;

function readHouse(): Sources {
  const paths = globSync('**/*.ts', { cwd: sourceRoot }).map((path) => path.replaceAll('\\', '/'));
  return new Map(paths.map((path) => [path, readFileSync(join(sourceRoot, path), 'utf8')]));
}

describe('the house', () => {
  const house = readHouse();

  test('is seen', () => {
    expect(house.size).toBeGreaterThanOrEqual(plausibleFileCount);
    expect([...house.keys()].some((path) => path.startsWith('core/money/'))).toBe(true);
  });

  test('imports only as the rules allow', () => {
    expect(violations(house)).toEqual([]);
  });

  test('would be found out if a violation were planted in it', () => {
    const planted = new Map(house).set('core/money/planted.ts', `import { serve } from '#flows/serve.ts';`);
    expect(violations(planted)).toContain('core/money/planted.ts may not import #flows/serve.ts');
  });
});

interface Case {
  readonly what: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly found: string;
}

const forbidden: readonly Case[] = [
  {
    what: 'a package in core',
    sources: { 'core/usage/meter.ts': `import { z } from 'zod';` },
    found: 'core/usage/meter.ts may not import zod',
  },
  {
    what: 'a builtin in core',
    sources: { 'core/usage/meter.ts': `import { createHash } from 'node:crypto';` },
    found: 'core/usage/meter.ts may not import node:crypto',
  },
  {
    what: 'core importing a port, even as a type',
    sources: { 'core/ledger/hold.ts': `import type { Ledger } from '#ports/ledger.ts';` },
    found: 'core/ledger/hold.ts may not import #ports/ledger.ts',
  },
  {
    what: 'an import hidden in a type',
    sources: { 'core/ledger/hold.ts': `export type L = import('#ports/ledger.ts').Ledger;` },
    found: 'core/ledger/hold.ts may not import #ports/ledger.ts',
  },
  {
    what: 'an import hidden in a re-export',
    sources: { 'core/ledger/hold.ts': `export * from '../../ports/ledger.ts';` },
    found: 'core/ledger/hold.ts may not import ../../ports/ledger.ts',
  },
  {
    what: 'a computed import',
    sources: { 'flows/serve.ts': `export const load = (name: string) => import(name);` },
    found: 'flows/serve.ts may not import (computed)',
  },
  {
    what: 'money importing another part of core',
    sources: { 'core/money/amount.ts': `import { failure } from '#core/failure.ts';` },
    found: 'core/money/amount.ts may not import #core/failure.ts',
  },
  {
    what: 'flows importing an adapter',
    sources: { 'flows/serve.ts': `import { pool } from '#adapters/postgres/pool.ts';` },
    found: 'flows/serve.ts may not import #adapters/postgres/pool.ts',
  },
  {
    what: 'an adapter importing another',
    sources: { 'adapters/redis/hold.ts': `import { pool } from '../postgres/pool.ts';` },
    found: 'adapters/redis/hold.ts may not import ../postgres/pool.ts',
  },
  {
    what: 'an adapter using the package of another',
    sources: { 'adapters/redis/hold.ts': `import pg from 'pg';` },
    found: 'adapters/redis/hold.ts may not import pg',
  },
  {
    what: 'a provider importing another',
    sources: { 'providers/one/encode.ts': `import { encode } from '#providers/two/encode.ts';` },
    found: 'providers/one/encode.ts may not import #providers/two/encode.ts',
  },
  {
    what: 'the doors importing a provider',
    sources: { 'http/gateway.ts': `import { encode } from '#providers/one/encode.ts';` },
    found: 'http/gateway.ts may not import #providers/one/encode.ts',
  },
  {
    what: 'a source importing a test',
    sources: { 'flows/serve.ts': `import { twin } from './serve.test.ts';` },
    found: 'flows/serve.ts may not import ./serve.test.ts',
  },
  {
    what: 'a folder that no rule knows',
    sources: { 'helpers/misc.ts': `export const one = 1;` },
    found: 'helpers/misc.ts is in a folder that no rule knows',
  },
  {
    what: 'a circle between folders of core',
    sources: {
      'core/keys/key.ts': `import type { Plan } from '#core/limits/plan.ts';`,
      'core/limits/plan.ts': `import type { Model } from '../catalog/model.ts';`,
      'core/catalog/model.ts': `import type { Key } from '#core/keys/key.ts';`,
    },
    found: 'core/limits is part of a circle',
  },
  {
    what: 'usage importing pricing',
    sources: { 'core/usage/meter.ts': `import { rate } from '#core/pricing/rate.ts';` },
    found: 'core/usage reaches core/pricing, which comes after it',
  },
  {
    what: 'pricing reaching ledger by a detour',
    sources: {
      'core/pricing/rate.ts': `import { plan } from '#core/limits/plan.ts';`,
      'core/limits/plan.ts': `import { hold } from '#core/ledger/hold.ts';`,
    },
    found: 'core/pricing reaches core/ledger, which comes after it',
  },
  {
    what: 'a provider named in core',
    sources: { 'core/routing/next.ts': `export const isAnthropicLike = true;` },
    found: 'core/routing/next.ts names the provider anthropic',
  },
  {
    what: 'a provider named in flows, known only by its folder',
    sources: {
      'flows/attempt.ts': `export const slow = ['newcomer'];`,
      'providers/newcomer/encode.ts': `export const encode = 1;`,
    },
    found: 'flows/attempt.ts names the provider newcomer',
  },
  {
    what: 'core reading the clock',
    sources: { 'core/limits/window.ts': `export const now = () => Date.now();` },
    found: 'core/limits/window.ts is not pure: Date.now',
  },
  {
    what: 'core asking for the date',
    sources: { 'core/limits/window.ts': `export const now = () => new Date();` },
    found: 'core/limits/window.ts is not pure: new Date()',
  },
  {
    what: 'core taking a chance',
    sources: { 'core/routing/next.ts': `export const pick = () => Math.random();` },
    found: 'core/routing/next.ts is not pure: Math.random',
  },
  {
    what: 'core awaiting',
    sources: { 'core/routing/next.ts': `export async function next() {}` },
    found: 'core/routing/next.ts is not pure: async',
  },
  {
    what: 'core reading the environment',
    sources: { 'core/routing/next.ts': `export const home = process.env['HOME'];` },
    found: 'core/routing/next.ts is not pure: process',
  },
];

describe('the checker finds', () => {
  for (const { what, sources, found } of forbidden) {
    test(what, () => {
      expect(violations(new Map(Object.entries(sources)))).toContain(found);
    });
  }
});

describe('the checker lets pass', () => {
  test('every arrow of the table', () => {
    const allowed = {
      'core/money/amount.ts': `import { scale } from './scale.ts';`,
      'core/failure.ts': `export type Kind = 'empty';`,
      'core/usage/meter.ts': `import type { Amount } from '#core/money/amount.ts'; import type { Kind } from '../failure.ts';`,
      'core/ledger/hold.ts': `import { rate } from '#core/pricing/rate.ts'; export const at = (ms: number) => new Date(ms);`,
      'core/call/event.ts': `export type Event = { process: number }; export const read = (e: Event) => e.process;`,
      'ports/ledger.ts': `import type { Hold } from '#core/ledger/hold.ts';`,
      'ports/ledger.contract.ts': `import { test } from 'vitest'; import type { Ledger } from './ledger.ts';`,
      'flows/serve.ts': `import type { Ledger } from '#ports/ledger.ts'; import { attempt } from './attempt.ts';`,
      'dialects/one/parse.ts': `import { z } from 'zod'; import { part } from './part.ts';`,
      'providers/one/encode.ts': `import { encode } from '#providers/openai-compatible/encode.ts';`,
      'adapters/postgres/ledger.ts': `import pg from 'pg'; import { readFile } from 'node:fs/promises';`,
      'http/admin.ts': `import fastify from 'fastify'; import cookie from '@fastify/cookie'; import { serve } from '#flows/serve.ts';`,
      'world.ts': `import { pool } from '#adapters/postgres/pool.ts'; import { config } from '#config.ts';`,
      'main.ts': `import { world } from '#world.ts'; import { Command } from 'commander';`,
    };
    expect(violations(new Map(Object.entries(allowed)))).toEqual([]);
  });

  test('anything in a test', () => {
    const sources = { 'core/money/amount.test.ts': `import { test } from 'vitest'; import '#adapters/redis/hold.ts';` };
    expect(violations(new Map(Object.entries(sources)))).toEqual([]);
  });
});

// The commands `normalize` and `rate` over files of their own.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { payloadProblem } from '../../src/cli/check-payload.ts';
import { readJsonLines } from '../../src/cli/json-lines.ts';
import { normalizePayloads } from '../../src/cli/normalize.ts';
import { rateVectors } from '../../src/cli/rate.ts';
import { vectorProblems } from '../../src/cli/vectors/check-vector.ts';

const own = (name: string) => join(import.meta.dirname, name);
const folder = mkdtempSync(join(tmpdir(), 'faregate-rating-'));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What a command prints, and the code with which its process would end. */
function said(run: () => void): { readonly lines: readonly string[]; readonly code: unknown } {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  process.exitCode = 0;
  try {
    run();
    return { lines: written.join('').trimEnd().split('\n'), code: process.exitCode };
  } finally {
    write.mockRestore();
    process.exitCode = 0;
  }
}

afterEach(() => vi.restoreAllMocks());

describe('cases of usage, prices and what they cost', () => {
  const cases = readJsonLines(own('vectors.jsonl')).map(({ value }) => value as { readonly id: string });

  test('are enough to see something', () => {
    expect(cases.length).toBeGreaterThan(60);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  });

  test.each(cases.map((each) => [each.id, each] as const))('%s', (_id, each) => {
    expect(vectorProblems(each).problems).toEqual([]);
  });

  const plain = {
    id: 'plain',
    shape: 'openai.chat',
    model: 'a',
    raw_usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
    prices_per_million: { input: '1', output: '2' },
    expected_unified: { prompt_tokens: 2, flags: [] },
    expected_lines: { input: 2, output: 1 },
    expected_cost_usd: '0.000004',
    expected_exact_fraction: '1/250000',
  };

  test.each<[string, object, RegExp]>([
    ['a cost', { expected_cost_usd: '0.000005' }, /^expected_cost_usd: 0.000004, expected 0.000005$/],
    ['a line too many', { expected_lines: { input: 2 } }, /^expected_lines.output: 1, expected 0$/],
    ['a line too few', { expected_lines: { input: 2, output: 1, image: 1 } }, /^expected_lines.image: 0, expected 1$/],
    ['a count', { expected_unified: { prompt_tokens: 3 } }, /^prompt_tokens: 2, expected 3$/],
    ['a part', { expected_unified: { prompt_tokens_details: { audio_tokens: 1 } } }, /audio_tokens: nothing/],
    ['a flag', { expected_unified: { flags: ['HIDDEN_OUTPUT_TOKENS'] } }, /^flags: HIDDEN_OUTPUT_TOKENS is missing/],
    ['another model', { expected_unified: { sub_usages: [{ model: 'b' }] } }, /^sub_usages: 0, expected 1$/],
    ['a fraction', { expected_exact_fraction: '1/3' }, /^expected_exact_fraction: 0.000004, expected 1\/3$/],
    ['an error', { expected_error: 'UNPRICED' }, /^expected_error: none, expected UNPRICED$/],
    ['an error that nobody knows', { expected_error: 'BOREDOM' }, /"BOREDOM" is no error/],
    ['a cost in another currency', { price_currency: 'CNY' }, /no rate from the price/],
    ['a field that nobody reads', { discount: '5' }, /^nobody reads discount$/],
    ['a term that nobody reads', { unit_prices: { image: { price: '1', cap: '2' } } }, /nobody reads prices.image.cap/],
    ['a meter that is none', { unit_prices: { smell: { price: '1' } } }, /"smell" is no meter/],
    ['a fact that is none', { tiers: [{ when: { mood: 'good' } }] }, /tiers\[0\].when.mood is no fact/],
    ['a price that is no decimal', { prices_per_million: { input: 'dear' } }, /prices.input is no decimal/],
    ['a shape that is none', { shape: 'smoke.signals', raw_usage: { puffs: 3 } }, /"smoke.signals" is none/],
    ['a missing price', { prices_per_million: { input: '1' } }, /unpriced/],
  ])('fail for %s, and say so', (_what, more, message) => {
    const { name, problems } = vectorProblems({ ...plain, ...more });
    expect(name).toBe('plain');
    expect(problems.join('; ')).toMatch(message);
  });

  test('that are none fail too', () => {
    expect(vectorProblems(3).problems).toEqual(['a case is an object']);
    expect(vectorProblems({ id: 'x' }).problems).toEqual(['raw_usage is missing']);
    expect(vectorProblems({ ...plain, expected_lines: undefined, id: 7 }).problems).toEqual(['id must be text']);
  });

  test('are counted, and the process ends with 1 when one failed', () => {
    const good = file('good.jsonl', `${JSON.stringify(plain)}\n\n`);
    expect(said(() => rateVectors({ vectors: good }))).toEqual({ lines: ['1 passed, 0 failed'], code: 0 });
    const bad = file('bad.jsonl', `${JSON.stringify(plain)}\n${JSON.stringify({ ...plain, expected_cost_usd: '1' })}`);
    expect(said(() => rateVectors({ vectors: bad }))).toEqual({
      lines: ['plain: expected_cost_usd: 0.000004, expected 1', '1 passed, 1 failed'],
      code: 1,
    });
  });
});

describe('recorded payloads', () => {
  test.each(readJsonLines(own('payloads.jsonl')).map(({ line, value }) => [line, value] as const))(
    'on line %d satisfy their total, or say why not',
    (_line, value) => {
      expect(payloadProblem(value)).toBeUndefined();
    },
  );

  test.each<[unknown, RegExp]>([
    [7, /^not an object$/],
    [{ body: { smoke: 1 } }, /^none of the \d+ known shapes has these fields: smoke$/],
    [{ body: 'x' }, /these fields: string$/],
  ])('%j fails, and it is said why', (value, message) => {
    expect(payloadProblem(value)).toMatch(message);
  });

  test('are counted with their lines, and the process ends with 1 when one failed', () => {
    const mixed = file('payloads.jsonl', '{"body":{"usage":{"total_tokens":7}}}\n{"body":{"smoke":1}}\n');
    const { lines, code } = said(() => normalizePayloads({ payloads: mixed }));
    expect(lines[0]).toMatch(/^line 2: none of the/);
    expect(lines[1]).toBe('1 passed, 1 failed');
    expect(code).toBe(1);
  });

  test('of a file that cannot be read are an error that names it', () => {
    expect(() => readJsonLines(join(folder, 'nowhere.jsonl'))).toThrow(/nowhere.jsonl cannot be read/);
    expect(() => readJsonLines(file('empty.jsonl', '\n'))).toThrow(/empty.jsonl is empty/);
    expect(() => readJsonLines(file('broken.jsonl', '{}\n{"a":'))).toThrow(/broken.jsonl, line 2 is no JSON/);
  });
});

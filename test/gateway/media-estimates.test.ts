// A process that dies while an image is drawn: what was asked is charged, once, as an estimate.
import { describe, expect, test } from 'vitest';
import type { DispatchedCall } from '#core/ledger/entry.ts';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import { parseImages } from '#dialects/openai/media/parse-media.ts';
import { estimateEntries } from '#flows/estimate.ts';
import { UnitsForNow } from '#flows/estimate-units.ts';

const usd = currencyOf('usd');

function version(components: readonly Pick<PriceComponent, 'meter' | 'price' | 'per'>[]): PriceVersion {
  return {
    id: 'version-1',
    subject: { kind: 'model', name: 'maker/model' },
    book: 'list',
    currency: 'usd',
    components: components.map((each) => ({ ...each, currency: 'usd' })),
    modifiers: [],
    validFrom: '2026-01-01T00:00:00Z',
    recordedAt: '2026-01-01T00:00:00Z',
  };
}

async function estimateOf(price: PriceVersion, body: object): Promise<string> {
  const parsed = parseImages(Buffer.from(JSON.stringify({ model: 'maker/model', prompt: 'A ferry', ...body })), {});
  if (parsed.kind !== 'call' || !parsed.call.expected) throw new Error('This is no call for an image.');
  const pin = { versionId: price.id, currency: 'usd' };
  const call: DispatchedCall = {
    requestId: 'request-1',
    walletId: 'wallet-1',
    currency: 'usd',
    virtualKeyId: 'key-1',
    name: 'maker/model',
    provider: 'maker',
    model: 'maker/model',
    streamed: false,
    held: amount(10n ** 15n),
    counters: [],
    pins: { charge: pin, cost: pin },
    promptTokensEstimate: 10,
    expected: parsed.call.expected,
    facts: { ...parsed.call.usualFacts, ...parsed.call.facts, occurred_at: '2026-11-22T00:00:00Z' },
    gatewayId: 'gateway-1',
    dispatchNo: 1,
    startedAt: 0,
  };
  const directory = { priceVersions: () => Promise.resolve([price]) };
  const units = new UnitsForNow(() => Promise.resolve([]));
  const [entry] = await estimateEntries(directory, [{ call }], { nowMs: 1, units });
  expect(entry).toMatchObject({ final: false, outcome: 'reaped', usage: { status: 'estimated' } });
  return formatAmount(entry?.total ?? amount(0n), usd);
}

describe('the estimate of a call from which nobody came back', () => {
  test('is all the images that were asked for', async () => {
    expect(await estimateOf(version([{ meter: 'image', price: '0.04', per: '1' }]), { n: 3 })).toBe('0.12');
  });

  test('at the price of what holds when nothing is said', async () => {
    const sized = version([]);
    const components = ['1024x1024', '1792x1024'].map((size): PriceComponent => ({
      meter: 'image',
      price: size === '1024x1024' ? '0.04' : '0.08',
      per: '1',
      currency: 'usd',
      when: { size: [size], quality: ['standard'] },
    }));
    expect(await estimateOf({ ...sized, components }, {})).toBe('0.04');
    expect(await estimateOf({ ...sized, components }, { size: '1792x1024' })).toBe('0.08');
  });

  test('is the pictures’ tokens, where they are what is priced', async () => {
    const tokens = version([
      { meter: 'input', price: '5', per: '1000000' },
      { meter: 'output_image', price: '40', per: '1000000' },
    ]);
    // 4,160 tokens of output, and a quarter of the body's bytes.
    expect(await estimateOf(tokens, { quality: 'high', size: '1024x1024' })).toBe('0.1665');
  });
});

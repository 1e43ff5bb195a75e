// What can be called in the simulated town, and what it costs.
import type { ModelKind, Provider, Route, Target } from '#core/catalog/catalog.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import type { CountedTariff } from './counted-tariff.ts';
import type { Tariff } from './tariff.ts';

interface Dish {
  readonly kind: ModelKind;
  readonly currency: string;
  readonly prices: readonly (readonly [meter: 'input' | 'output' | 'request', price: string, per: string])[];
  /** The same, for the second reckoning. */
  readonly tariff: Tariff;
  readonly targets: readonly ('north' | 'south')[];
  readonly counted?: CountedTariff;
}

const one = [1n, 1n] as const;
const usd = { request: 0n, exchange: one };
const million = '1000000';

export const menu = {
  basic: {
    kind: 'chat',
    currency: 'usd',
    prices: [
      ['input', '0.15', million],
      ['output', '0.6', million],
    ],
    tariff: { ...usd, input: [150_000n, 1n], output: [600_000n, 1n] },
    targets: ['north', 'south'],
  },
  // No whole number of units per token, so that rounding matters.
  thirds: {
    kind: 'chat',
    currency: 'usd',
    prices: [
      ['input', '0.0000005', '7'],
      ['output', '0.000002', '3'],
    ],
    tariff: { ...usd, input: [500_000n, 7n], output: [2_000_000n, 3n] },
    targets: ['south'],
  },
  flat: {
    kind: 'chat',
    currency: 'usd',
    prices: [['request', '0.0004', '1']],
    tariff: { ...usd, input: [0n, 1n], output: [0n, 1n], request: 400_000_000n },
    targets: ['north'],
  },
  // Half a unit over for an odd number of tokens.
  both: {
    kind: 'chat',
    currency: 'usd',
    prices: [
      ['input', '0.000000200001', '2'],
      ['output', '0.4', million],
      ['request', '0.00003', '1'],
    ],
    tariff: { ...usd, input: [200_001n, 2n], output: [400_000n, 1n], request: 30_000_000n },
    targets: ['south', 'north'],
  },
  gift: {
    kind: 'chat',
    currency: 'usd',
    prices: [
      ['input', '0', million],
      ['output', '0', million],
    ],
    tariff: { ...usd, input: [0n, 1n], output: [0n, 1n] },
    targets: ['north'],
  },
  abroad: {
    kind: 'chat',
    currency: 'eur',
    prices: [
      ['input', '0.15', million],
      ['output', '0.45', million],
    ],
    tariff: { input: [150_000n, 1n], output: [450_000n, 1n], request: 0n, exchange: [10_837n, 10_000n] },
    targets: ['south', 'north'],
  },
  // Brackets: all tokens of a wallet count together, and go on counting when the price changes.
  brackets: {
    kind: 'chat',
    currency: 'usd',
    prices: [
      ['input', '0.2', million],
      ['output', '0.2', million],
    ],
    tariff: { ...usd, input: [200_000n, 1n], output: [200_000n, 1n] },
    targets: ['north', 'south'],
    counted: { counts: 'tokens', threshold: 2_500n, below: 200_000n, above: 50_000n, output: 0n },
  },
  // Volume: whoever crosses the threshold adjusts what was before it.
  volume: {
    kind: 'chat',
    currency: 'usd',
    prices: [
      ['input', '0.3', million],
      ['output', '0.4', million],
    ],
    tariff: { ...usd, input: [300_000n, 1n], output: [400_000n, 1n] },
    targets: ['south'],
    counted: { counts: 'prompt', threshold: 300n, below: 300_000n, above: 100_000n, output: 400_000n },
  },
  vectors: {
    kind: 'embedding',
    currency: 'usd',
    prices: [['input', '0.02', million]],
    tariff: { ...usd, input: [20_000n, 1n], output: [0n, 1n] },
    targets: ['north'],
  },
} as const satisfies Record<string, Dish>;

/** What either provider bills, each in its own currency. */
export const costPrices = { input: '0.09', output: '0.27', per: million } as const;
export const costTariff: Tariff = { ...usd, input: [90_000n, 1n], output: [270_000n, 1n] };

export type DishName = keyof typeof menu;
export const dishNames: readonly DishName[] = [
  'basic',
  'thirds',
  'flat',
  'both',
  'gift',
  'abroad',
  'vectors',
  'brackets',
  'volume',
];

export function countedOf(name: DishName): CountedTariff | undefined {
  const dish: Dish = menu[name];
  return dish.counted;
}

export const exchangeRate = { base: 'eur', quote: 'usd', numerator: 10_837n, denominator: 10_000n } as const;

export const headTimeoutMs = 20_000;
export const idleTimeoutMs = 60_000;

function provider(name: 'north' | 'south', onHangUp: Provider['onHangUp']): Provider {
  return {
    providerId: name,
    name,
    adapter: 'simulated',
    baseUrl: `https://${name}.example`,
    credentials: [],
    headTimeoutMs,
    idleTimeoutMs,
    onHangUp,
    outputLimitField: 'max_tokens',
  };
}

const providers = { north: provider('north', 'close'), south: provider('south', 'drain') };

export function routeOf(name: DishName): Route {
  const { kind, targets } = menu[name];
  return {
    name,
    subject: targets.length > 1 ? 'alias' : 'model',
    kind,
    createdAt: 0,
    targets: targets.map((each): Target => ({
      provider: providers[each],
      model: `${name}-${each}`,
      name: costName(name, each),
      contextWindow: 32_768,
      maxOutputTokens: 4_000,
      defaultOutputTokens: 2_500,
      tokenizer: each === 'north' ? 'bytes' : 'bytes/4',
      streamsAllOutput: true,
    })),
  };
}

export function costName(name: DishName, providerName: 'north' | 'south'): string {
  return `${name}-of-${providerName}`;
}

function tiersOf(name: DishName, meter: string): Pick<PriceComponent, 'graduated' | 'volume'> {
  const counted = countedOf(name);
  if (!counted) return {};
  const [dollar, perMillion] = [1_000_000_000_000n, 1_000_000n];
  const cents = (counted.above * perMillion * 100n) / dollar;
  const above = [{ units: String(counted.threshold), price: `0.${String(cents).padStart(2, '0')}` }];
  if (counted.counts === 'tokens') return { graduated: { counter: 'town', period: 'never', above } };
  return meter === 'input' ? { volume: { period: 'never', above } } : {};
}

/** A price times a whole factor, so that two versions never come to the same. */
export function priceOf(
  name: DishName,
  { id, factor, fromMs }: { id: string; factor: bigint; fromMs: number },
): PriceVersion {
  const { currency, prices, targets } = menu[name];
  const components = prices.map(([meter, price, per]): PriceComponent => ({
    meter,
    price,
    per,
    currency,
    ...tiersOf(name, meter),
  }));
  const times = factor === 1n ? [] : [{ factor: String(factor), applies_to: 'all' as const }];
  return {
    id,
    subject: { kind: targets.length > 1 ? 'alias' : 'model', name },
    book: 'customer_type',
    bookOwner: 'townsfolk',
    currency,
    components,
    modifiers: times,
    validFrom: new Date(fromMs).toISOString(),
    recordedAt: new Date(fromMs).toISOString(),
  };
}

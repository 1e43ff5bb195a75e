// `npm run bench:rating`: what rating one chat call costs, and what loading a large price book does.
import { PriceBook } from '../../src/core/catalog/price-book.ts';
import type { PriceComponent, PriceVersion } from '../../src/core/pricing/component.ts';
import { preparePrice } from '../../src/core/pricing/prepare.ts';
import { rate } from '../../src/core/pricing/rate.ts';
import { estimatedUsage, type Usage } from '../../src/core/usage/usage.ts';
import { median } from '../parts/statistics.ts';

const versions = 10_000;
const ratings = 20_000;
const rounds = 15;
const aims = { rate_us: 10, rate_counted_us: 10, load_ms: 200, prepare_us: undefined } as const;

const facts = { occurred_at: '2026-11-22T12:00:00.000Z' };

function component(meter: PriceComponent['meter'], price: string, more: Partial<PriceComponent> = {}): PriceComponent {
  return { meter, price, per: '1000000', currency: 'usd', ...more };
}

function versionOf(index: number, components: readonly PriceComponent[]): PriceVersion {
  return {
    id: `version-${index}`,
    subject: { kind: 'model', name: `maker/model-${Math.floor(index / 4)}` },
    book: index % 4 === 0 ? 'list' : 'customer_type',
    ...(index % 4 === 0 ? {} : { bookOwner: `type-${index % 4}` }),
    currency: 'usd',
    components,
    modifiers: [],
    validFrom: '2026-01-01T00:00:00.000Z',
    recordedAt: '2026-01-01T00:00:00.000Z',
  };
}

/** As large models are priced: the cache, a tier for long prompts, batches and a region. */
const chat: readonly PriceComponent[] = [
  component('input', '1.25'),
  component('input', '2.5', { when: { prompt_tokens: { gt: 200_000 } } }),
  component('cache_read', '0.125'),
  component('cache_write_5m', '1.5625'),
  component('cache_write_1h', '2.5'),
  component('output', '10'),
  component('output', '15', { when: { prompt_tokens: { gt: 200_000 } } }),
];
const counted = chat
  .slice(0, 1)
  .concat(component('output', '10'))
  .map((each): PriceComponent => ({
    ...each,
    allowance: { counter: 'tokens', limit: '100', period: 'day' },
  }));

const usage: Usage = {
  ...estimatedUsage({ prompt_tokens: 2_006, completion_tokens: 300, method: 'bench', raw: null }),
  status: 'reported',
  prompt_tokens_details: { cached_tokens: 1_024 },
  cache_read_input_tokens: 1_024,
};
const plain: Usage = { ...usage, prompt_tokens_details: {}, cache_read_input_tokens: 0 };

function microsecondsPerRating(components: readonly PriceComponent[], consumed: Usage): number {
  const price = preparePrice(versionOf(0, components));
  const before = process.cpuUsage();
  for (let done = 0; done < ratings; done += 1) rate({ price, usage: consumed, facts });
  return microsecondsSince(before) / ratings;
}

/** From the rows of the database to a book that answers; a price is prepared when it is first asked for. */
function loadBook(): { readonly load_ms: number; readonly prepare_us: number } {
  const text = JSON.stringify(Array.from({ length: versions }, (_, index) => versionOf(index, chat)));
  const rows = JSON.parse(text) as PriceVersion[];
  const before = process.cpuUsage();
  const book = new PriceBook(rows);
  ask(book, rows.slice(0, 1));
  const load_ms = microsecondsSince(before) / 1_000;
  const loaded = process.cpuUsage();
  ask(book, rows);
  return { load_ms, prepare_us: microsecondsSince(loaded) / versions };
}

function ask(book: PriceBook, rows: readonly PriceVersion[]): void {
  for (const { subject, bookOwner } of rows) {
    const payer = bookOwner === undefined ? {} : { customerTypeId: bookOwner };
    const found = book.chargeFor(subject.name, payer, Date.parse(facts.occurred_at));
    if (!found) throw new Error(`${subject.name} has no price.`);
  }
}

// Processor time, so that a busy machine makes no difference; with what the collector of garbage takes beside it.
function microsecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const measured: Record<keyof typeof aims, number[]> = { rate_us: [], rate_counted_us: [], load_ms: [], prepare_us: [] };
for (let round = 0; round < rounds; round += 1) {
  measured.rate_us.push(microsecondsPerRating(chat, usage));
  measured.rate_counted_us.push(microsecondsPerRating(counted, plain));
  const { load_ms, prepare_us } = loadBook();
  measured.load_ms.push(load_ms);
  measured.prepare_us.push(prepare_us);
}

const said = {
  rate_us: 'µs to rate one chat call (input, cache, output; two sizes of prompt)',
  rate_counted_us: 'µs to rate one chat call whose tokens are counted',
  load_ms: `ms to load a book of ${versions} versions`,
  prepare_us: 'µs to prepare a version of it, once, when it is first asked for',
} as const satisfies Record<keyof typeof aims, string>;
for (const name of ['rate_us', 'rate_counted_us', 'load_ms', 'prepare_us'] as const) {
  const figure = median(measured[name]);
  const aim = aims[name];
  console.log(`${figure.toFixed(2).padStart(8)}  ${said[name]}${aim === undefined ? '' : `; the aim is below ${aim}`}`);
  if (aim !== undefined && !(figure < aim)) process.exitCode = 1;
}

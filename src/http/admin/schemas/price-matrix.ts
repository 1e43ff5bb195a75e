// The matrix of customers' prices, as it is sent and shown.
import { z } from 'zod';
import { component, modifier, pricingModel } from './prices.ts';
import { id, instant, money, shownCurrency, text } from './parts.ts';

const name = z.string().min(1).max(200);
const namesOf = (what: string) =>
  z
    .union([name, z.array(name).max(5_000)])
    .transform((names) => [names].flat())
    .describe(what)
    .exactOptional();

export const matrixSelection = z.strictObject({
  provider: namesOf('Names of providers; several: say it again. All if missing.'),
  model: namesOf('Names of models, or the providers’ ids of them; several: say it again.'),
  customer_type: namesOf('Names or ids of customer types; several: say it again. All if missing.'),
});

const shownPrices = {
  input_price: z.string().nullable().describe('Price of `per` input tokens: decimal text as it was entered.'),
  output_price: z.string().nullable().describe('Price of `per` output tokens.'),
  cache_read_price: z.string().nullable().describe('Price of `per` tokens read from the cache.'),
  cache_write_price: z.string().nullable().describe('Price of `per` tokens written to the cache for minutes.'),
  price_per_token: z.string().nullable().describe('Price of `per` tokens of any kind, input and output alike.'),
  price_per_request: z.string().nullable().describe('Price of one request.'),
  per: z.string().nullable().describe('How many tokens the token prices are for: 1, 1000, 1000000.'),
  currency: shownCurrency.nullable(),
  pricing_model: pricingModel
    .nullable()
    .describe('hybrid: by tokens when they are known, otherwise by request; per_token with both charges both.'),
};

const kind = z
  .enum(['simple', 'complex', 'empty'])
  .describe(
    'complex: it has conditions or parts that these columns cannot show; then they show its base, to be read only.',
  );

const version = z
  .object({
    version_id: id.describe('The price version.'),
    kind,
    ...shownPrices,
    components: z.array(component).describe('All of it.'),
    modifiers: z.array(modifier).describe('Factors on top.'),
    valid_from: instant.describe('From when it counts; ISO 8601.'),
    valid_to: instant.nullable().describe('The first instant at which it does not count any more; null: open.'),
    author: z.string().describe('Who published it.'),
    recorded_at: instant.describe('When it was published; ISO 8601.'),
  })
  .meta({ id: 'MatrixVersion' });

const places = {
  provider: z.string().describe('Name of the provider.'),
  model: z.string().describe('Name of the model.'),
  customer_type: z.string().describe('Name of the customer type.'),
};

const shownRow = z
  .object({
    ...places,
    kind,
    ...shownPrices,
    valid_from: z.null().describe('For you to fill: from when the next price counts; empty: at once.'),
    valid_to: instant
      .nullable()
      .describe('Until when, exclusive; null: open, or until the next one that is scheduled.'),
    version_id: id.nullable().describe('What is in force; send it back, so that nobody’s change is lost.'),
    scheduled_version_id: id.nullable().describe('What begins next; send it back.'),
    in_force: version.nullable().describe('The version in force; null: the customer type pays the platform’s price.'),
    scheduled: version.nullable().describe('The version that begins next.'),
    cost: version.nullable().describe('The platform’s list.'),
  })
  .meta({ id: 'MatrixRow' });

const matrixVersion = z.string().describe('Another one as soon as one of these prices is; also the ETag.');

export const matrix = z.object({
  data: z.array(shownRow).describe('Every customer type × every chosen model; without a price it is shown empty.'),
  version: matrixVersion,
});

const entry = (what: string) =>
  z
    .string({ error: 'Write prices as text, such as "0.15": a number would be rounded.' })
    .max(100)
    .nullable()
    .describe(what)
    .exactOptional();

// What a row of the table has beside what can be edited may come back with it, and is not read.
const unread = z.unknown().describe('As it was shown; not read.').exactOptional();

const rowIn = z
  .strictObject({
    provider: z.string().max(200).describe('Name of the provider.'),
    model: z.string().max(200).describe('Name of the model, or the provider’s id of it.'),
    customer_type: z.string().max(200).describe('Name or id of the customer type.'),
    input_price: entry('Price of `per` input tokens: decimal text, such as "0.15".'),
    output_price: entry('Price of `per` output tokens.'),
    cache_read_price: entry('Price of `per` tokens read from the cache.'),
    cache_write_price: entry('Price of `per` tokens written to the cache for minutes.'),
    price_per_token: entry('Price of `per` tokens of any kind; then no other token price.'),
    price_per_request: entry('Price of one request.'),
    per: entry('How many tokens the token prices are for: 1, 1000, 1000000 (token, 1K, 1M).'),
    currency: entry('Currency; usd if missing.'),
    pricing_model: entry('per_token, per_request or hybrid; if missing, as the prices are.'),
    valid_from: entry('From when it counts: an instant, or a day (midnight UTC); at once if missing.'),
    valid_to: entry('Until when, exclusive; open if missing.'),
    kind: entry('"simple" lets these prices take the place of a complex one.'),
    remove: z.boolean().describe('Takes the price away: the platform’s own then applies.').exactOptional(),
    version_id: entry('What was in force when you read the matrix; null: nothing.'),
    scheduled_version_id: entry('What was scheduled when you read the matrix; null: nothing.'),
    in_force: unread,
    scheduled: unread,
    cost: unread,
  })
  .meta({ id: 'MatrixRowIn' });

const names = z.array(name).max(5_000);
const selection = z
  .strictObject({
    providers: names.describe('Names of providers.').exactOptional(),
    models: names.describe('Names of models.').exactOptional(),
    customer_types: names.describe('Names of customer types; all if missing.').exactOptional(),
  })
  .describe('With it the table must be whole: a row that is missing is an incomplete one.');

export const sheet = z.strictObject({
  rows: z.array(rowIn).max(10_000).describe('The table.').exactOptional(),
  csv: z.string().max(16_000_000).describe('Or the table as CSV, as it is exported.').exactOptional(),
  selection: selection.exactOptional(),
});

export const whatIfSheet = sheet.extend({
  days: z.int().min(1).max(90).default(7).describe('How many days back.'),
});

export const publishSheet = sheet.extend({ provenance: text.describe('Where the prices come from.').exactOptional() });

const remark = z.object({
  row: z.int().nullable().describe('Counted from 0; null: a row that is missing.'),
  line: z.int().nullable().describe('Of the CSV.'),
  ...places,
  field: z.string().nullable().describe('The column.'),
  code: z.string().describe('What exactly: one of a closed list of words.'),
  message: z.string().describe('What was wrong and what to do, for people.'),
});

const fieldChange = z
  .object({
    field: z.string().describe('The column.'),
    old: z.string().nullable().describe('What it is now.'),
    new: z.string().nullable().describe('What it would be.'),
    percent: z.string().nullable().describe('From old to new for a single unit, rounded, such as "+25".'),
  })
  .meta({ id: 'MatrixFieldChange' });

const proposed = z.object({
  ...shownPrices,
  valid_from: instant.nullable().describe('From when; null: at once.'),
  valid_to: instant.nullable().describe('Until when; null: open.'),
});

const change = z.object({
  row: z.int().describe('Counted from 0.'),
  ...places,
  change: z.enum(['added', 'changed', 'removed', 'unchanged', 'kept']).describe('kept: a complex price that stays.'),
  old: version.nullable().describe('What it takes the place of.'),
  new: proposed.nullable().describe('What would be published; null: nothing.'),
  fields: z.array(fieldChange).describe('Old and new, column by column.'),
});

const count = (what: string) => z.int().describe(what);
const counts = z.object({
  added: count('Rows that had no price.'),
  changed: count('Rows with another price than before.'),
  removed: count('Rows without a price from now on.'),
  unchanged: count('Rows as they are in force.'),
  kept: count('Complex prices that stay.'),
});

export const checkedMatrix = z.object({
  valid: z.boolean().describe('Whether it may be published.'),
  errors: z.array(remark).describe('All that is wrong; one of them keeps the whole table from being published.'),
  warnings: z.array(remark).describe('What is probably not meant.'),
  counts: counts.describe('Rows by what would become of them; of those that are right.'),
  version: matrixVersion,
});

export const matrixDifference = z.object({
  data: z.array(change).describe('Rows that would be added, changed or removed.'),
  counts: counts.describe('Rows by what would become of them.'),
  warnings: z.array(remark).describe('What is probably not meant.'),
  version: matrixVersion,
});

const whatIfRow = z.object({
  ...places,
  currency: shownCurrency.describe('Of the wallets that paid.'),
  calls: count('Calls.'),
  unaffected: count('Calls charged by a negotiated or promotional price, or by one that stays.'),
  refused: count('Calls that would have been refused: no price, or no exchange rate.'),
  incomplete: z.object({
    charged: count('Calls of which not everything had a price.'),
    would_be: count('Calls of which not everything would have had a price.'),
  }),
  charged: money.describe('What they were charged: exact decimal text.'),
  would_be: money.describe('What they would have been charged.'),
  difference: money.describe('would_be − charged.'),
});

export const whatIf = z.object({
  since: instant.describe('Calls that began then or later.'),
  calls: count('Calls that were rated again.'),
  cut: z.boolean().describe('There were more: the newest were taken.'),
  oldest: instant.nullable().describe('When the oldest of them began.'),
  data: z.array(whatIfRow).describe('By customer type, model and currency.'),
});

export const publishedMatrix = z.object({
  counts: counts.describe('Rows by what became of them.'),
  published: z.array(id).describe('The new price versions.'),
  warnings: z.array(remark).describe('What is probably not meant.'),
  version: matrixVersion,
});

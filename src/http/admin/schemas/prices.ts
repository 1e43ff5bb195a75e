// Price versions, as they are sent and shown.
import { z } from 'zod';
import { meters } from '#core/usage/meter.ts';
import { callName, currency, id, instant, named, shownCurrency, text } from './parts.ts';

const words = z.array(z.string().min(1).max(100)).min(1).max(100);
const bound = z.int().min(0).describe('Tokens.');
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day as HH:MM.');

const condition = z
  .strictObject({
    prompt_tokens: z
      .strictObject({
        gt: bound.exactOptional(),
        gte: bound.exactOptional(),
        lt: bound.exactOptional(),
        lte: bound.exactOptional(),
      })
      .describe('Size of the prompt in tokens.')
      .exactOptional(),
    service_tier: words.describe('Service tiers for which it holds.').exactOptional(),
    speed: words.describe('Speeds for which it holds.').exactOptional(),
    region: words.describe('Regions for which it holds.').exactOptional(),
    resolution: words.describe('Resolutions for which it holds.').exactOptional(),
    size: words.describe('Sizes for which it holds.').exactOptional(),
    quality: words.describe('Qualities for which it holds.').exactOptional(),
    duration: words.describe('Durations for which it holds.').exactOptional(),
    search_context: words.describe('Sizes of search context for which it holds.').exactOptional(),
    batch: z.boolean().describe('Batch calls only, or all others only.').exactOptional(),
    audio: z.boolean().describe('With audio only, or without only.').exactOptional(),
    thinking: z.boolean().describe('With thinking only, or without only.').exactOptional(),
    window: z
      .strictObject({
        tz: z.literal('UTC').describe('Times are UTC.').exactOptional(),
        iso_weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).describe('1 is Monday.').exactOptional(),
        from: clock.describe('Start, HH:MM, inclusive.').exactOptional(),
        to: clock.describe('End, HH:MM, exclusive; before the start: on the next day.').exactOptional(),
        exclude_dates: z.array(z.iso.date()).max(1000).describe('Days on which it does not begin.').exactOptional(),
      })
      .describe('Time of the call.')
      .exactOptional(),
  })
  .describe('When the price holds: all of it must be so. The more specific of two wins.')
  .meta({ id: 'PriceCondition' });

const decimal = z
  .string({ error: 'Write prices as text, such as "0.15": a number would be rounded.' })
  .max(60)
  .describe('Decimal text.');

const quantity = z
  .strictObject({
    min: decimal.describe('The least that is charged once there is any; in units of the meter.').exactOptional(),
    round_up_to: decimal.describe('The block to whose multiple it is raised; in units of the meter.').exactOptional(),
  })
  .describe('Minimum and rounding of what is charged.');

const meter = z.enum(meters).describe('What is counted.');

const componentFields = {
  meter,
  price: decimal.describe('Price of `per` units: decimal text in the version’s currency, such as "0.15". "0" is free.'),
  per: z
    .string({ error: 'Write it as text, such as "1000000".' })
    .max(18)
    .describe('How many units of the meter the price is for: a whole number as text, such as "1000000".'),
  when: condition.exactOptional(),
  quantity: quantity.exactOptional(),
};

const newComponent = z.strictObject({
  ...componentFields,
  currency: currency.describe('The version’s, if missing.').exactOptional(),
});

export const component = z.strictObject({ ...componentFields, currency: shownCurrency }).meta({ id: 'PriceComponent' });

const modifier = z
  .strictObject({
    factor: decimal.describe('What the price is multiplied by, such as "0.5".'),
    applies_to: z
      .union([z.enum(['tokens', 'tools', 'all']), z.array(meter).min(1)])
      .describe('Which meters it changes: all token meters, all tool meters, all, or those listed.'),
    when: condition.exactOptional(),
    reason: text.describe('For the receipt.').exactOptional(),
  })
  .meta({ id: 'PriceModifier' });

const book = z
  .enum(['list', 'organization', 'customer_type', 'negotiated', 'promotion'])
  .describe(
    'Whose price: the platform’s list, an organization’s own costs, a customer type, one organization, a promotion.',
  );

const subject = z.strictObject({
  kind: z.enum(['model', 'alias']).describe('What the name is.'),
  name: callName.describe('The name that callers send.'),
});

const pricingModel = z
  .enum(['per_token', 'per_request', 'per_unit', 'hybrid'])
  .describe('hybrid: by tokens when they are known, otherwise by request.');

const state = z
  .enum(['current', 'scheduled', 'ended', 'replaced'])
  .describe('replaced: another version took its place before it began.');

export const price = z
  .object({
    id,
    book,
    owner: named.nullable().describe('The organization or customer type whose price it is; null in the list.'),
    subject,
    currency: shownCurrency,
    pricing_model: pricingModel,
    components: z.array(component).describe('What is charged for what.'),
    modifiers: z.array(modifier).describe('Factors on top.'),
    valid_from: instant.describe('From when it counts; ISO 8601.'),
    valid_to: instant.nullable().describe('The first instant at which it does not count any more; null: open.'),
    recorded_at: instant.describe('When it was published; ISO 8601.'),
    predecessor_id: id.nullable().describe('The version before it.'),
    author: z.string().describe('Who published it.'),
    provenance: z.string().nullable().describe('Where it comes from.'),
    state,
  })
  .meta({ id: 'Price' });

const componentsMax = 200;

export const newPrice = z.strictObject({
  book: book.default('list'),
  owner: z
    .string()
    .min(1)
    .max(200)
    .describe('Organization (id, slug) or customer type (id, name); none in the list.')
    .exactOptional(),
  subject,
  currency: currency.default('usd'),
  pricing_model: pricingModel.exactOptional(),
  components: z.array(newComponent).min(1).max(componentsMax).describe('What is charged for what.'),
  modifiers: z.array(modifier).max(componentsMax).describe('Factors on top.').exactOptional(),
  valid_from: instant
    .describe('From when it counts; now if missing, never in the past of another version.')
    .exactOptional(),
  valid_to: instant.describe('Until when, exclusive; open if missing.').exactOptional(),
  provenance: text.describe('Where it comes from.').exactOptional(),
});

export const priceFilter = z.strictObject({
  name: callName.describe('Name of the model or alias.').exactOptional(),
  book: book.exactOptional(),
  owner: z.string().min(1).max(200).describe('Organization or customer type.').exactOptional(),
  state: state.exactOptional(),
});

// Price versions, as they are sent and shown.
import { z } from 'zod';
import { pricingTypes } from '#core/catalog/pricing-type.ts';
import { meters } from '#core/usage/meter.ts';
import { callName, currency, id, instant, named, shownCurrency, text } from './parts.ts';

const words = z.array(z.string().min(1).max(100)).min(1).max(100);
const bound = z.int().min(0).describe('Tokens.');
const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day as HH:MM.');

export const condition = z
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
        tz: z
          .string()
          .regex(/^(UTC|[+-]([01]\d|2[0-3]):[0-5]\d)$/, 'UTC, or a fixed distance such as +08:00.')
          .describe('Where its days and hours are read: UTC, as unless said, or a fixed distance such as +08:00.')
          .exactOptional(),
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

export const decimal = z
  .string({ error: 'Write prices as text, such as "0.15": a number would be rounded.' })
  .max(60)
  .describe('Decimal text.');

const quantity = z
  .strictObject({
    count_by: z
      .enum(['query', 'prompt'])
      .describe('prompt: charged once in a call, however often it happened.')
      .exactOptional(),
    min: decimal.describe('The least that is charged once there is any; in units of the meter.').exactOptional(),
    round_up_to: decimal.describe('The block to whose multiple it is raised; in units of the meter.').exactOptional(),
  })
  .describe('Minimum and rounding of what is charged.');

const counter = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, 'Up to 64 small letters, digits, "_", "." and "-".')
  .describe('Components that name the same counter count together, across prices too.');

const period = z
  .enum(['day', 'month', 'never'])
  .describe('When it counts anew: at midnight UTC, on the first of the month, never.');

const above = z
  .array(
    z.strictObject({
      units: decimal.describe('Units of the meter, in the period, behind which the price holds.'),
      price: decimal.describe('Price for as many units as the component’s own.'),
    }),
  )
  .min(1)
  .max(20);

const allowance = z
  .strictObject({
    counter: counter.exactOptional(),
    period,
    limit: decimal.describe('How many units of a period are free.'),
  })
  .describe('Free units: the first of each period cost nothing.');

const graduated = z
  .strictObject({ counter: counter.exactOptional(), period, above: above.describe('In rising order.') })
  .describe('Brackets: each unit costs what its place in the period says.');

const volume = z
  .strictObject({ period, above: above.describe('In rising order, with falling prices.') })
  .describe(
    'All units of a period cost what the last one does; the call that crosses a threshold carries the adjustment.',
  );

export const meter = z.enum(meters).describe('What is counted.');

const componentFields = {
  meter,
  price: decimal.describe('Price of `per` units: decimal text in the version’s currency, such as "0.15". "0" is free.'),
  per: z
    .string({ error: 'Write it as text, such as "1000000".' })
    .max(18)
    .describe('How many units of the meter the price is for: a whole number as text, such as "1000000".'),
  when: condition.exactOptional(),
  quantity: quantity.exactOptional(),
  allowance: allowance.exactOptional(),
  graduated: graduated.exactOptional(),
  volume: volume.exactOptional(),
};

const newComponent = z.strictObject({
  ...componentFields,
  currency: currency.describe('The version’s, if missing.').exactOptional(),
});

export const component = z.strictObject({ ...componentFields, currency: shownCurrency }).meta({ id: 'PriceComponent' });

export const modifier = z
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

export const pricingModel = z
  .enum(['per_token', 'per_request', 'per_unit', 'hybrid'])
  .describe('hybrid: by tokens when they are known, otherwise by request.');

const state = z
  .enum(['current', 'scheduled', 'ended', 'replaced', 'draft', 'cancelled', 'superseded', 'disabled'])
  .describe('replaced: another version took its place before it began; superseded: corrected, not believed any more.');

const pricingType = z.enum(pricingTypes).describe('What kind of price it is.');

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
    approved_at: instant.nullable().describe('When it was approved; null: a draft. ISO 8601.'),
    approved_by: z.string().nullable().describe('Who approved it.'),
    superseded_at: instant.nullable().describe('When a correction took its place, also in the past; ISO 8601.'),
    state,
    row_id: id.describe('Stays the same when a price is edited.'),
    pricing_type: pricingType,
    is_custom: z.boolean().describe('Added by a person: never overwritten by a sync or a reset.'),
    is_enabled: z.boolean().describe('A row that is switched off prices nothing.'),
    notes: z.string().nullable().describe('For people.'),
    attributes: z.record(z.string(), z.unknown()).describe('What its row carries beside the price.'),
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
  state: z
    .enum(['draft', 'approved'])
    .describe('A draft prices nothing until it is approved; approved if missing.')
    .exactOptional(),
  pricing_type: pricingType.exactOptional(),
  notes: text.describe('For people.').exactOptional(),
  is_custom: z.boolean().describe('Never overwritten by a sync or a reset.').exactOptional(),
});

export const newCorrection = z.strictObject({
  currency: currency.describe('Currency of the prices; that of the wrong version if missing.').exactOptional(),
  pricing_model: newPrice.shape.pricing_model,
  components: newPrice.shape.components,
  modifiers: newPrice.shape.modifiers,
  valid_from: instant.describe('From when it was wrong; its beginning if missing.').exactOptional(),
  valid_to: instant.describe('Until when it was wrong, exclusive; its end if missing.').exactOptional(),
  provenance: newPrice.shape.provenance,
  notes: newPrice.shape.notes,
});

export const corrected = z.object({
  superseded: price.describe('The version that was wrong.'),
  published: z
    .array(price)
    .describe('In the order of time: the correction, and what was right of the wrong version before and after it.'),
});

export const priceFilter = z.strictObject({
  name: callName.describe('Name of the model or alias.').exactOptional(),
  book: book.exactOptional(),
  owner: z.string().min(1).max(200).describe('Organization or customer type.').exactOptional(),
  state: state.exactOptional(),
  as_of: instant.describe('What the book believed at that instant.').exactOptional(),
  at: instant.describe('What counts at that instant: as was known at `as_of`, or as is known now.').exactOptional(),
});

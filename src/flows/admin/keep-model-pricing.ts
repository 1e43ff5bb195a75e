// The platform's list as a table of model prices: what is edited here is published there as a new version.
import { Failure } from '#core/failure.ts';
import {
  type ModelPrice,
  modelPriceFields,
  plainPrice,
  pricingModelOf,
  typicalRequestPrice,
  withPlainPrices,
} from '#core/rows/model-price.ts';
import { type FieldProblem, type Given, readRow } from '#core/rows/read-row.ts';
import type { NewPrice, PriceBatch, PriceRow } from '#ports/administration.ts';
import type { StandingPrice } from '#ports/standing-prices.ts';
import type { AdminDesk } from './desk.ts';
import { change, present } from './outcome.ts';
import { requireValid } from './publish-price.ts';
import { wrongFields } from './terms/scope.ts';

export async function findModelPrice(desk: AdminDesk, ref: string): Promise<StandingPrice> {
  return present(await desk.administration.standingPrices.get(ref), 'price');
}

/** How the row looks that a price is shown as. */
export function modelPriceOf(desk: Pick<AdminDesk, 'typicalRequest'>, price: StandingPrice): ModelPrice {
  const tokens = tokenPrices(price);
  const { provider = 'custom' } = price.attributes;
  return {
    id: price.row_id,
    model_name: price.subject.name,
    price_per_request:
      plainPrice(price.components, 'price_per_request') ?? typicalRequestPrice(tokens, desk.typicalRequest),
    ...tokens,
    provider: price.provider ?? String(provider),
    is_custom: price.is_custom,
    is_active: price.is_enabled,
    notes: price.notes,
  };
}

function tokenPrices({ components }: PriceRow) {
  return {
    price_per_1k_input_tokens: plainPrice(components, 'price_per_1k_input_tokens'),
    price_per_1k_output_tokens: plainPrice(components, 'price_per_1k_output_tokens'),
  };
}

export async function createModelPrice(desk: AdminDesk, actor: string, fields: Given): Promise<StandingPrice> {
  const row = readModelPrice(fields);
  const { standingPrices } = desk.administration;
  if (await standingPrices.get(row.model_name)) {
    const message = `"${row.model_name}" has a price already. Change that one with PATCH or PUT.`;
    throw new Failure('conflict', message, { param: 'model_name' });
  }
  const subject = await subjectOf(desk, actor, row);
  const priced = withTypical(desk, row, row.price_per_request === null);
  await publish(desk, actor, { row: priced, subject, components: [], attributes: attributesOf(row, priced) });
  return findModelPrice(desk, row.model_name);
}

export interface ModelPriceChange {
  readonly ref: string;
  readonly fields: Given;
  readonly version: string | undefined;
  readonly how: 'replace' | 'merge';
}

export async function changeModelPrice(
  desk: AdminDesk,
  actor: string,
  order: ModelPriceChange,
): Promise<StandingPrice> {
  const { ref, fields, version, how } = order;
  const before = await findModelPrice(desk, ref);
  if (version !== undefined && version !== before.id) {
    throw new Failure('stale', 'The price was changed since you read it. Read it again and repeat the change.', {
      param: 'if-match',
    });
  }
  const shown = modelPriceOf(desk, before);
  const asked = plainPrice(before.components, 'price_per_request');
  const typical = before.attributes[typicalMark] === true;
  const { id, model_name, provider, is_custom } = shown;
  const stays: Given =
    how === 'merge' ? { ...shown, price_per_request: typical ? null : asked } : { id, model_name, provider, is_custom };
  const row = readModelPrice({ ...stays, ...fields });
  const fixed = (['id', 'model_name', 'provider'] as const).filter((field) => row[field] !== shown[field]);
  if (fixed.length > 0) {
    throw wrongFields(fixed.map((field) => ({ field, message: 'This does not change. Make another row.' })));
  }
  // What was made of the tokens' prices follows them; where somebody says that there is none, there is none.
  const made =
    how === 'replace' ? row.price_per_request === null : typical && !Object.hasOwn(fields, 'price_per_request');
  const priced = withTypical(desk, row, made);
  await publish(desk, actor, {
    row: priced,
    subject: before.subject,
    components: before.components,
    attributes: { ...before.attributes, ...attributesOf(row, priced) },
    before,
  });
  return findModelPrice(desk, model_name);
}

export async function removeModelPrice(desk: AdminDesk, actor: string, ref: string): Promise<StandingPrice> {
  const before = await findModelPrice(desk, ref);
  const { prices } = desk.administration;
  await change(
    desk,
    'catalog',
    'price',
    prices.publishAll(actor, { prices: [], ends: [before.id], seen: seen(before) }),
  );
  return before;
}

const typicalMark = 'price_per_request_is_typical';

function attributesOf(said: ModelPrice, priced: ModelPrice): Given {
  const made = said.price_per_request === null && priced.price_per_request !== null;
  return { ...(said.provider === null ? {} : { provider: said.provider }), [typicalMark]: made };
}

function withTypical({ typicalRequest }: AdminDesk, row: ModelPrice, made: boolean): ModelPrice {
  return made ? { ...row, price_per_request: typicalRequestPrice(row, typicalRequest) } : row;
}

function readModelPrice(fields: Given): ModelPrice {
  const { created_at: _, updated_at: __, ...given } = fields;
  const reading = readRow(modelPriceFields, given);
  if (reading.kind === 'problems') throw wrongFields(reading.problems);
  const { row } = reading;
  const { price_per_request, price_per_1k_input_tokens, price_per_1k_output_tokens } = row;
  const priced = [price_per_request, price_per_1k_input_tokens, price_per_1k_output_tokens].some(
    (each) => each !== null,
  );
  if (priced) return row;
  throw wrongFields([
    {
      field: 'price_per_request',
      message: 'A price needs one per request, or per 1,000 tokens. What is free costs "0".',
    },
  ]);
}

/** A name that the catalogue does not know yet becomes a model of its provider. */
async function subjectOf(desk: AdminDesk, actor: string, row: ModelPrice): Promise<PriceRow['subject']> {
  const { models, aliases, providers } = desk.administration;
  const { model_name: name, provider } = row;
  const model = await models.get(name);
  if (model && model.name === name) {
    if (provider === null || provider === model.provider.name) return { kind: 'model', name };
    throw wrong({ field: 'provider', message: `"${name}" is a model of ${model.provider.name}.` });
  }
  if ((await aliases.get(name))?.name === name) return { kind: 'alias', name };
  if (provider === null) throw wrong({ field: 'provider', message: `"${name}" is new: say whose model it is.` });
  if ((await providers.get(provider))?.name !== provider) {
    const message = `There is no provider "${provider}". Create it at POST /api/v1/providers.`;
    throw wrong({ field: 'provider', message });
  }
  await change(desk, 'catalog', 'model', models.create(actor, { provider, model_id: name, name }));
  return { kind: 'model', name };
}

function wrong(problem: FieldProblem): Failure {
  return wrongFields([problem]);
}

interface Publishing {
  readonly row: ModelPrice;
  readonly subject: PriceRow['subject'];
  readonly components: PriceRow['components'];
  readonly attributes: Given;
  readonly before?: StandingPrice;
}

async function publish(desk: AdminDesk, actor: string, { row, subject, before, ...kept }: Publishing): Promise<void> {
  const currency = before?.currency ?? 'usd';
  const components = withPlainPrices(kept.components, row, currency);
  const isEnabled = row.is_active ?? true;
  const scheduled = before?.state === 'scheduled';
  const price: NewPrice = {
    id: desk.identifiers.next(),
    ...(before ? { row_id: before.row_id } : {}),
    book: 'list',
    subject,
    currency,
    pricing_model: pricingModelOf(components),
    pricing_type: before?.pricing_type ?? 'standard',
    components,
    modifiers: before?.modifiers ?? [],
    attributes: kept.attributes,
    is_custom: row.is_custom ?? false,
    is_enabled: isEnabled,
    ...(row.notes === null ? {} : { notes: row.notes }),
    ...(before && scheduled ? { valid_from: before.valid_from } : {}),
    ...(before?.valid_to === null || before?.valid_to === undefined ? {} : { valid_to: before.valid_to }),
  };
  requireValid(price, new Date(desk.clock.now()).toISOString());
  // A version that counts ends where its successor begins; every other has to be ended.
  const ends = before && (scheduled || !before.is_enabled || !isEnabled) ? [before.id] : [];
  const batch: PriceBatch = { prices: [price], ends, ...(before ? { seen: seen(before) } : {}) };
  await change(desk, 'catalog', 'price', desk.administration.prices.publishAll(actor, batch));
}

function seen({ id, subject, state }: StandingPrice): NonNullable<PriceBatch['seen']> {
  return [{ book: 'list', subject, version_id: state === 'current' ? id : null }];
}

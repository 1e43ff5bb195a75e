// A model with its other spellings and its prices.
import { modelKinds } from '../catalog.ts';
import { callNames } from '../names.ts';
import {
  type CatalogAlias,
  type CatalogModel,
  type CatalogPrice,
  modelStatuses,
  type ModelType,
  modelTypes,
} from './catalog-content.ts';
import { Fields, type Place, said } from './fields.ts';
import { type NamelessPrice, readPrice } from './read-price.ts';
import type { Written } from './written.ts';

export interface ModelDefaults {
  readonly provider: string | undefined;
  readonly type: ModelType | undefined;
  readonly kind: CatalogModel['kind'] | undefined;
  readonly pricesFrom: string | undefined;
  readonly file: string;
}

export interface ReadModel {
  readonly model: CatalogModel;
  readonly aliases: readonly CatalogAlias[];
  readonly prices: readonly CatalogPrice[];
  readonly line: number;
}

export function readModel(written: Written, place: Place, defaults: ModelDefaults): ReadModel {
  const fields = new Fields(written, place);
  const name = fields.matching('name', callNames.pattern, 'name that callers can send') ?? '';
  if (!fields.has('name')) fields.problem('name', 'It is missing.');
  const provider = fields.text('provider') ?? defaults.provider;
  if (provider === undefined) fields.problem('provider', 'It is missing, here and for the whole file.');
  const model = said<CatalogModel>({
    provider: provider ?? '',
    model_id: fields.text('model_id') ?? name,
    name,
    kind: fields.word('kind', modelKinds) ?? defaults.kind ?? 'chat',
    type: fields.word('type', modelTypes) ?? defaults.type ?? 'llm',
    display_name: fields.required('display_name'),
    status: fields.word('status', modelStatuses) ?? 'available',
    context_window: positive(fields, 'context_window'),
    max_output_tokens: positive(fields, 'max_output_tokens'),
    default_output_tokens: positive(fields, 'default_output_tokens'),
    tokenizer: fields.text('tokenizer') ?? 'bytes',
    streams_all_output: fields.yesNo('streams_all_output') ?? false,
    supports_vision: fields.yesNo('supports_vision') ?? false,
    supports_function_calling: fields.yesNo('supports_function_calling') ?? false,
    is_default: fields.yesNo('is_default') ?? false,
    quality_tier: fields.text('quality_tier'),
    credit_cost: fields.decimal('credit_cost'),
    capabilities: fields.plain('capabilities') ?? {},
    released_on: fields.date('released_on'),
    retired_at: fields.instant('retired_at'),
    notes: fields.text('notes'),
    source: `catalog/${defaults.file}`,
  });
  const aliases = fields.words('aliases').map((alias) => ({ name: alias, targets: [name] }));
  for (const alias of aliases) {
    if (!callNames.pattern.test(alias.name))
      fields.problem('aliases', `"${alias.name}" is no name that callers can send.`);
  }
  const listed = fields
    .list('prices')
    .map((price) => readPrice(price.written, price.place, { from: defaults.pricesFrom, file: defaults.file }));
  refuseOverlap(fields, listed);
  fields.nothingElse();
  return { model, aliases, prices: [...pricesOf(name, listed), ...aliasPrices(aliases, listed)], line: fields.line };
}

function pricesOf(name: string, prices: readonly NamelessPrice[]): readonly CatalogPrice[] {
  return prices.map((price) => ({ ...price, subject: { kind: 'model', name } }));
}

// A call is charged by the name that was sent, so another spelling has the same prices under its own name.
function aliasPrices(aliases: readonly CatalogAlias[], prices: readonly NamelessPrice[]): readonly CatalogPrice[] {
  return aliases.flatMap(({ name }) =>
    prices
      .filter((price) => price.state === 'approved')
      .map((price): CatalogPrice => ({ ...price, subject: { kind: 'alias', name } })),
  );
}

function positive(fields: Fields, name: string): number | undefined {
  const count = fields.count(name);
  if (count !== 0) return count;
  fields.problem(name, 'It must be more than zero; leave out what is not known.');
  return undefined;
}

function refuseOverlap(fields: Fields, prices: readonly NamelessPrice[]): void {
  const approved = prices
    .filter((price) => price.state === 'approved')
    .toSorted((left, right) => Date.parse(left.valid_from) - Date.parse(right.valid_from));
  for (const [index, price] of approved.entries()) {
    const next = approved[index + 1];
    if (!next || (price.valid_to !== undefined && Date.parse(price.valid_to) <= Date.parse(next.valid_from))) continue;
    fields.problem(
      'prices',
      `The price from ${price.valid_from} has not ended when that from ${next.valid_from} begins.`,
    );
  }
}

// What was discovered and is missing: into the catalogue, with a price per request that a person has set.
import { callNames } from '#core/catalog/names.ts';
import { Failure } from '#core/failure.ts';
import type { ModelRow, NewPrice, PriceBatch } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { type Discovery, discoverModels, type OfferedModel } from './discover-models.ts';
import { change } from './outcome.ts';
import { requireValid } from './publish-price.ts';
import { readCurrency } from './read-money.ts';

export interface ImportOrder {
  readonly provider: string;
  readonly price_per_request: string;
  readonly currency: string;
  /** Ids as the provider knows them; missing: all that lack something. */
  readonly models?: readonly string[];
}

export interface Import extends Discovery {
  readonly imported: readonly string[];
  readonly priced: readonly string[];
  /** Ids that cannot be names here. */
  readonly unusable: readonly string[];
}

export async function importModels(desk: AdminDesk, actor: string, order: ImportOrder): Promise<Import> {
  const currency = readCurrency(order.currency, 'currency').code;
  // Before anything is made: a price that cannot be would leave models without one.
  requireValid(priceOf(desk, { name: 'any', price: order.price_per_request, currency }), nowOf(desk));
  const discovery = await discoverModels(desk, order.provider);
  requireOffered(discovery, order.models);
  const chosen = discovery.models.filter(({ model_id }) => order.models?.includes(model_id) ?? true);
  const missing = chosen.filter(({ name }) => name === null);
  const named = missing.map((offer) => ({ offer, names: namesFor(discovery.provider, offer) }));
  const imported: string[] = [];
  for (const { offer, names } of named.filter((each) => each.names.length > 0)) {
    imported.push((await create(desk, actor, { provider: discovery.provider, offer, names })).name);
  }
  const unpriced = [...imported, ...chosen.flatMap(({ name, priced }) => (name !== null && !priced ? [name] : []))];
  await publish(
    desk,
    actor,
    unpriced.map((name) => priceOf(desk, { name, price: order.price_per_request, currency })),
  );
  return {
    ...discovery,
    imported,
    priced: unpriced,
    unusable: named.flatMap(({ offer, names }) => (names.length === 0 ? [offer.model_id] : [])),
  };
}

function requireOffered({ models, provider }: Discovery, wanted: readonly string[] | undefined): void {
  const offered = new Set(models.map(({ model_id }) => model_id));
  const unknown = wanted?.find((each) => !offered.has(each));
  if (unknown === undefined) return;
  throw new Failure('invalid_parameter', `${provider} does not offer "${unknown}".`, { param: 'models' });
}

/** Its own name first; with the provider's in front where another provider has that one. */
function namesFor(provider: string, { model_id: id }: OfferedModel): readonly string[] {
  return [id, `${provider}/${id}`].filter((name) => callNames.pattern.test(name));
}

interface NewName {
  readonly provider: string;
  readonly offer: OfferedModel;
  readonly names: readonly string[];
}

async function create(desk: AdminDesk, actor: string, { provider, offer, names }: NewName): Promise<ModelRow> {
  const { models } = desk.administration;
  const make = (name: string): ReturnType<typeof models.create> =>
    models.create(actor, { provider, model_id: offer.model_id, name, kind: offer.kind });
  const [first = '', second] = names;
  const made = await make(first);
  const again = made.kind === 'taken' && second !== undefined ? await make(second) : made;
  return change(desk, 'catalog', 'model', Promise.resolve(again));
}

interface DefaultPrice {
  readonly name: string;
  readonly price: string;
  readonly currency: string;
}

function priceOf({ identifiers }: AdminDesk, { name, price, currency }: DefaultPrice): NewPrice {
  return {
    id: identifiers.next(),
    book: 'list',
    subject: { kind: 'model', name },
    currency,
    pricing_model: 'per_request',
    components: [{ meter: 'request', price, per: '1', currency }],
    modifiers: [],
    is_custom: true,
    provenance: 'default price of an import',
  };
}

async function publish(desk: AdminDesk, actor: string, prices: readonly NewPrice[]): Promise<void> {
  if (prices.length === 0) return;
  const seen = prices.map(({ book, subject }) => ({ book, subject, version_id: null }));
  const batch: PriceBatch = { prices, seen };
  await change(desk, 'catalog', 'price', desk.administration.prices.publishAll(actor, batch));
}

function nowOf({ clock }: AdminDesk): string {
  return new Date(clock.now()).toISOString();
}

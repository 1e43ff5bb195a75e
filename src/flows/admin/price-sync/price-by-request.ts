// Prices per request: of usual size beside the prices of tokens, and the operator's stopgap for names without any price.
import { Failure } from '#core/failure.ts';
import { componentKey } from '#core/price-sync/candidate.ts';
import { type TypicalRequest, typicalPrice } from '#core/pricing/typical-request.ts';
import type { NewPrice, PriceBatch, PriceRow } from '#ports/administration.ts';
import type { AdminDesk } from '../desk.ts';
import { change } from '../outcome.ts';
import { requireValid } from '../publish-price.ts';
import { readCurrency } from '../read-money.ts';
import { currentPrices, everyRow, isStopgap, stopgapAttribute } from './read-book.ts';

/** The attribute of rows whose price per request was computed, so that it may be computed anew. */
const typicalAttribute = 'typical_per_request';

export interface TypicalOrder {
  /** Missing: all names of the list. */
  readonly name?: string;
  readonly request?: TypicalRequest;
  readonly apply: boolean;
}

export interface TypicalRow {
  readonly name: string;
  readonly price_per_request: string;
  readonly currency: string;
  /** The book has it already, or now. */
  readonly in_book: boolean;
}

export interface TypicalReport {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly rows: readonly TypicalRow[];
  readonly published: readonly string[];
}

/** Hybrid prices of all that is priced by plain input and output tokens. What a person priced is shown and left alone. */
export async function typicalPrices(desk: AdminDesk, actor: string, order: TypicalOrder): Promise<TypicalReport> {
  const request = order.request ?? desk.typicalRequest;
  const prices = [...(await currentPrices(desk)).values()].filter(
    ({ subject }) => order.name === undefined || subject.name === order.name,
  );
  const found = prices.flatMap((row) => {
    const price = typicalPrice(row.components, request);
    return price === undefined ? [] : [{ row, price }];
  });
  const stale = found.filter(({ row, price }) => mayPrice(row) && requestPrice(row) !== price);
  const published = order.apply
    ? await publish(
        desk,
        actor,
        stale.map(({ row, price }) => hybridOf(desk, row, price)),
      )
    : [];
  const done = new Set(published.map(({ subject }) => subject.name));
  return {
    input_tokens: request.inputTokens,
    output_tokens: request.outputTokens,
    rows: found.map(({ row, price }) => ({
      name: row.subject.name,
      price_per_request: price,
      currency: row.currency,
      in_book: done.has(row.subject.name) || requestPrice(row) === price,
    })),
    published: [...done],
  };
}

function mayPrice({ is_custom, pricing_model, attributes }: PriceRow): boolean {
  return !is_custom && (pricing_model === 'per_token' || attributes[typicalAttribute] === true);
}

const requestKey = componentKey({ meter: 'request' });

function requestPrice({ components }: PriceRow): string | undefined {
  const component = components.find((each) => componentKey(each) === requestKey);
  return component?.per === '1' ? component.price : undefined;
}

function hybridOf({ identifiers }: AdminDesk, row: PriceRow, price: string): Publication {
  const tokens = row.components.filter((each) => componentKey(each) !== requestKey);
  const components = [...tokens, { meter: 'request', price, per: '1', currency: row.currency } as const];
  const said = {
    id: identifiers.next(),
    row_id: row.row_id,
    book: 'list',
    subject: row.subject,
    currency: row.currency,
    pricing_type: row.pricing_type,
    modifiers: row.modifiers,
    pricing_model: 'hybrid',
    components,
    attributes: { ...row.attributes, [typicalAttribute]: true },
    ...(row.notes === null ? {} : { notes: row.notes }),
    provenance: `${row.provenance ?? `version ${row.id}`}; per request as a typical one`,
  } as const;
  return { price: said, seenVersionId: row.id };
}

export interface StopgapOrder {
  readonly price: string;
  readonly currency: string;
  readonly apply: boolean;
}

export interface StopgapReport {
  /** Names that have no price, or the stopgap of another time. */
  readonly names: readonly string[];
  readonly published: readonly string[];
}

/** A price per request for everything that can be called and has none. It is published, so that receipts say so. */
export async function defaultRequestPrice(desk: AdminDesk, actor: string, order: StopgapOrder): Promise<StopgapReport> {
  const currency = readCurrency(order.currency, 'currency').code;
  const prices = await currentPrices(desk);
  const subjects = (await callableNames(desk)).filter(({ name }) => {
    const current = prices.get(name);
    return (
      current === undefined ||
      (isStopgap(current) && (requestPrice(current) !== order.price || current.currency !== currency))
    );
  });
  const publications = subjects.map((subject) => ({
    price: stopgapOf(desk, subject, { price: order.price, currency, current: prices.get(subject.name) }),
    seenVersionId: prices.get(subject.name)?.id ?? null,
  }));
  for (const { price } of publications) requireValid(price, new Date(desk.clock.now()).toISOString());
  const published = order.apply ? await publish(desk, actor, publications) : [];
  return { names: subjects.map(({ name }) => name), published: published.map(({ subject }) => subject.name) };
}

/** Takes all stopgaps back: what has no price of its own is refused again. */
export async function endDefaultRequestPrice(desk: AdminDesk, actor: string): Promise<StopgapReport> {
  const stopgaps = [...(await currentPrices(desk)).values()].filter(isStopgap);
  const names = stopgaps.map(({ subject }) => subject.name);
  if (stopgaps.length > 0) {
    const batch: PriceBatch = { prices: [], ends: stopgaps.map(({ id }) => id) };
    await change(desk, 'catalog', 'price', desk.administration.prices.publishAll(actor, batch));
  }
  return { names, published: [] };
}

async function callableNames({ administration }: AdminDesk): Promise<readonly PriceRow['subject'][]> {
  const models = await everyRow((page) => administration.models.list(page));
  const aliases = await everyRow((page) => administration.aliases.list(page));
  return [
    ...models
      .filter(({ status }) => status === 'available' || status === 'preview')
      .map(({ name }) => ({ kind: 'model' as const, name })),
    ...aliases.map(({ name }) => ({ kind: 'alias' as const, name })),
  ];
}

interface Stopgap {
  readonly price: string;
  readonly currency: string;
  readonly current: PriceRow | undefined;
}

function stopgapOf(
  { identifiers }: AdminDesk,
  subject: PriceRow['subject'],
  { price, currency, current }: Stopgap,
): NewPrice {
  return {
    id: identifiers.next(),
    ...(current === undefined ? {} : { row_id: current.row_id }),
    book: 'list',
    subject,
    currency,
    pricing_model: 'per_request',
    components: [{ meter: 'request', price, per: '1', currency }],
    modifiers: [],
    attributes: { [stopgapAttribute]: true },
    provenance: 'default price per request, switched on by the operator',
  };
}

interface Publication {
  readonly price: NewPrice;
  readonly seenVersionId: string | null;
}

async function publish(
  desk: AdminDesk,
  actor: string,
  publications: readonly Publication[],
): Promise<readonly PriceRow[]> {
  if (publications.length === 0) return [];
  const batch: PriceBatch = {
    prices: publications.map(({ price }) => price),
    seen: publications.map(({ price: { book, subject }, seenVersionId }) => ({
      book,
      subject,
      version_id: seenVersionId,
    })),
  };
  return (await change(desk, 'catalog', 'price', desk.administration.prices.publishAll(actor, batch))).published;
}

/** @throws Failure when neither side of the typical request has tokens. */
export function requireTypical(request: TypicalRequest): void {
  if (request.inputTokens > 0 || request.outputTokens > 0) return;
  throw new Failure('invalid_parameter', 'A typical request has tokens.', { param: 'input_tokens' });
}

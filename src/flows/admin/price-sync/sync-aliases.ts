// Names of the operator's own get the price of the model that they resolve to, and follow it from then on.
import type { NewPrice, PriceBatch, PriceRow } from '#ports/administration.ts';
import type { AdminDesk } from '../desk.ts';
import { change } from '../outcome.ts';
import { currentPrices, everyRow, isStopgap } from './read-book.ts';

/** The attribute that says whose price a row repeats. */
const followsAttribute = 'follows';

export interface AliasReport {
  readonly published: readonly { readonly alias: string; readonly model: string; readonly price_id: string }[];
  readonly unchanged: readonly string[];
  /** They have a price of their own. */
  readonly own_price: readonly string[];
  /** The model they resolve to has no price to give. */
  readonly missing: readonly { readonly alias: string; readonly model: string }[];
}

interface Following {
  readonly alias: string;
  readonly base: PriceRow;
  readonly current: PriceRow | undefined;
}

export async function syncAliases(desk: AdminDesk, actor: string): Promise<AliasReport> {
  const aliases = await everyRow((page) => desk.administration.aliases.list(page));
  const prices = await currentPrices(desk);
  const [stale, unchanged, ownPrice, missing] = [
    [] as Following[],
    [] as string[],
    [] as string[],
    [] as AliasReport['missing'][number][],
  ];
  for (const { name: alias, targets } of aliases) {
    const model = targets[0] ?? '';
    const [base, current] = [prices.get(model), prices.get(alias)];
    if (current && !isFollower(current)) ownPrice.push(alias);
    else if (!base || isStopgap(base)) missing.push({ alias, model });
    else if (current && repeats(current, base)) unchanged.push(alias);
    else stale.push({ alias, base, current });
  }
  const rows = stale.length === 0 ? [] : await publish(desk, actor, stale);
  return {
    published: rows.map(({ id, subject, attributes }) => ({
      alias: subject.name,
      model: String(attributes[followsAttribute]),
      price_id: id,
    })),
    unchanged,
    own_price: ownPrice,
    missing,
  };
}

function isFollower(price: PriceRow): boolean {
  return !price.is_custom && (typeof price.attributes[followsAttribute] === 'string' || isStopgap(price));
}

function repeats(price: PriceRow, base: PriceRow): boolean {
  const { [followsAttribute]: follows, ...attributes } = price.attributes;
  const said = (row: PriceRow, beside: PriceRow['attributes']): string =>
    JSON.stringify([row.currency, row.pricing_model, row.pricing_type, row.components, row.modifiers, beside]);
  return follows === base.subject.name && said(price, attributes) === said(base, base.attributes);
}

async function publish(desk: AdminDesk, actor: string, stale: readonly Following[]): Promise<readonly PriceRow[]> {
  const batch: PriceBatch = {
    prices: stale.map((following) => priceOf(desk, following)),
    seen: stale.map(({ alias, current }) => ({
      book: 'list',
      subject: { kind: 'alias', name: alias },
      version_id: current?.id ?? null,
    })),
  };
  return (await change(desk, 'catalog', 'price', desk.administration.prices.publishAll(actor, batch))).published;
}

function priceOf({ identifiers }: AdminDesk, { alias, base, current }: Following): NewPrice {
  const model = base.subject.name;
  return {
    id: identifiers.next(),
    ...(current === undefined ? {} : { row_id: current.row_id }),
    book: 'list',
    subject: { kind: 'alias', name: alias },
    currency: base.currency,
    pricing_model: base.pricing_model,
    pricing_type: base.pricing_type,
    components: base.components,
    modifiers: base.modifiers,
    is_custom: false,
    attributes: { ...base.attributes, [followsAttribute]: model },
    provenance: `follows ${model}, version ${base.id}`,
  };
}

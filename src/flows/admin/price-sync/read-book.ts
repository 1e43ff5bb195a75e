// The book's side of a sync: every model, and what the platform's list says of it now.
import type { BookEntry } from '#core/price-sync/proposal.ts';
import { Failure } from '#core/failure.ts';
import type { Listed, ModelRow, Page, PriceRow } from '#ports/administration.ts';
import type { AdminDesk } from '../desk.ts';

const pageRows = 200;
const pagesMax = 500;

/** All rows of a list. @throws Failure when there are more than anybody could review. */
export async function everyRow<Row>(read: (page: Page) => Promise<Listed<Row>>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const listed = await read({ limit: pageRows, ...(cursor === undefined ? {} : { cursor }) });
    rows.push(...listed.items);
    cursor = listed.nextCursor;
    if (cursor === undefined) return rows;
  }
  throw new Failure('invalid_parameter', `There are more than ${pageRows * pagesMax} rows to go through.`);
}

/** Those of the list, by name; models and aliases never share one. */
export async function currentPrices({
  administration,
}: Pick<AdminDesk, 'administration'>): Promise<ReadonlyMap<string, PriceRow>> {
  const rows = await everyRow((page) => administration.prices.list(page, { book: 'list', state: 'current' }));
  return new Map(rows.map((row) => [row.subject.name, row]));
}

/** Those that begin later, by `placeInTime`. */
export async function scheduledPrices({
  administration,
}: Pick<AdminDesk, 'administration'>): Promise<ReadonlyMap<string, PriceRow>> {
  const rows = await everyRow((page) => administration.prices.list(page, { book: 'list', state: 'scheduled' }));
  return new Map(rows.map((row) => [placeInTime(row.subject.name, row.valid_from), row]));
}

export function placeInTime(name: string, from: string | undefined): string {
  return `${name} ${from === undefined ? '' : new Date(from).toISOString()}`;
}

export async function readBook(desk: Pick<AdminDesk, 'administration'>): Promise<readonly BookEntry[]> {
  const models = await everyRow<ModelRow>((page) => desk.administration.models.list(page));
  const prices = await currentPrices(desk);
  return models.map((model) => entryOf(model, prices.get(model.name)));
}

function entryOf(model: ModelRow, price: PriceRow | undefined): BookEntry {
  return {
    name: model.name,
    provider: model.provider.name,
    model: model.model_id,
    kind: model.kind,
    ...(price === undefined
      ? {}
      : {
          current: {
            versionId: price.id,
            currency: price.currency,
            components: price.components,
            isCustom: price.is_custom,
            isStopgap: isStopgap(price),
          },
        }),
  };
}

/** The attribute of prices that only keep a name callable until it gets one of its own. */
export const stopgapAttribute = 'default_per_request';

export function isStopgap({ attributes }: Pick<PriceRow, 'attributes'>): boolean {
  return attributes[stopgapAttribute] === true;
}

// What operators do with a version that is written: a draft begins to count, what has not begun is cancelled, and what was
// wrong is corrected for its own time.
import type { Corrected, NewPrice, PriceRow } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { change, present } from './outcome.ts';
import { contentOf, type PriceContent, requireValid } from './publish-price.ts';

export function approvePrice(desk: AdminDesk, actor: string, id: string): Promise<PriceRow> {
  return change(desk, 'catalog', 'price', desk.administration.prices.approve(actor, id));
}

export function cancelPrice(desk: AdminDesk, actor: string, id: string): Promise<PriceRow> {
  return change(desk, 'catalog', 'price', desk.administration.prices.cancel(actor, id));
}

export interface CorrectionOrder extends Omit<PriceContent, 'currency'> {
  /** The currency of the version that was wrong, if missing. */
  readonly currency?: string;
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly notes?: string;
  readonly provenance?: string;
}

/** Calls that were charged by the wrong version stay as they are until their time is rated again. */
export async function correctPrice(
  desk: AdminDesk,
  actor: string,
  { id, order }: { readonly id: string; readonly order: CorrectionOrder },
): Promise<Corrected> {
  const { prices } = desk.administration;
  const wrong = present(await prices.get(id), 'price');
  const content = contentOf({ ...order, currency: order.currency ?? wrong.currency });
  const correction = { ...order, ...content, id: desk.identifiers.next() };
  const price: NewPrice = {
    ...correction,
    book: wrong.book,
    subject: wrong.subject,
    valid_from: order.valid_from ?? wrong.valid_from,
  };
  requireValid(price, new Date(desk.clock.now()).toISOString());
  return change(desk, 'catalog', 'price', prices.correct(actor, id, correction));
}

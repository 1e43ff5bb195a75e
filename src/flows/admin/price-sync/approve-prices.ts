// Proposals that somebody, or the rule, has approved: merged into the versions they change, published together or not at all.
import { Failure } from '#core/failure.ts';
import { assemble, conditionCount } from '#core/price-sync/assemble.ts';
import { componentKey, sameCurrency, unitPrice } from '#core/price-sync/candidate.ts';
import type { Proposal } from '#core/price-sync/proposal.ts';
import type { PriceComponent } from '#core/pricing/component.ts';
import { pricingModelOf } from '#core/pricing/pricing-model.ts';
import { isTokenMeter } from '#core/usage/meter.ts';
import type { NewPrice, PriceBatch, PriceRow } from '#ports/administration.ts';
import type { KeptProposal } from '#ports/price-proposals.ts';
import type { AdminDesk } from '../desk.ts';
import { change } from '../outcome.ts';
import { requireValid } from '../publish-price.ts';
import { currentPrices, isStopgap, placeInTime, scheduledPrices } from './read-book.ts';

export interface Approval {
  readonly published: readonly string[];
  /** Approved before, or in the book already. */
  readonly unchanged: readonly string[];
  readonly versions: readonly PriceRow[];
}

/** @throws Failure `not_found`, `invalid_parameter`, `conflict` when the book has changed since the sync. */
export async function approvePrices(desk: AdminDesk, actor: string, ids: readonly string[]): Promise<Approval> {
  const kept = await findAll(desk, ids);
  const open = kept.filter(({ state }) => state === 'open');
  for (const { proposal } of open) requireApprovable(proposal);
  const book: Book = { current: await currentPrices(desk), scheduled: await scheduledPrices(desk) };
  const news = open.filter(({ proposal }) => !isInBook(proposal, book));
  const versions = versionsOf(desk, news, book);
  const published = versions.length === 0 ? [] : await publish(desk, actor, versions);
  await desk.administration.priceProposals.approved(
    actor,
    open.map(({ id }) => id),
  );
  const fresh = new Set(news.map(({ id }) => id));
  return {
    published: [...fresh],
    unchanged: kept.map(({ id }) => id).filter((id) => !fresh.has(id)),
    versions: published,
  };
}

interface Book {
  readonly current: ReadonlyMap<string, PriceRow>;
  readonly scheduled: ReadonlyMap<string, PriceRow>;
}

interface Version {
  readonly price: NewPrice;
  readonly seenVersionId: string | null;
}

async function publish(desk: AdminDesk, actor: string, versions: readonly Version[]): Promise<readonly PriceRow[]> {
  const batch: PriceBatch = {
    prices: versions.map(({ price }) => price),
    seen: versions.map(({ price, seenVersionId }) => ({
      book: price.book,
      subject: price.subject,
      version_id: seenVersionId,
    })),
  };
  const row = await change(desk, 'catalog', 'price', desk.administration.prices.publishAll(actor, batch));
  return row.published;
}

async function findAll({ administration }: AdminDesk, ids: readonly string[]): Promise<readonly KeptProposal[]> {
  const kept = ids.length === 0 ? [] : await administration.priceProposals.find(ids);
  const known = new Map(kept.map((each) => [each.id, each]));
  const missing = ids.find((id) => !known.has(id));
  if (missing === undefined) return [...new Set(ids)].flatMap((id) => known.get(id) ?? []);
  throw new Failure('not_found', `There is no proposal ${missing}. A newer sync may have taken its place.`);
}

function requireApprovable({ name, verdict, notes }: Proposal): void {
  if (verdict !== 'rejected') return;
  throw new Failure(
    'conflict',
    `The price of ${name} cannot be approved. ${notes.map(({ message }) => message).join(' ')}`,
  );
}

function isInBook({ name, component, starts }: Proposal, { current, scheduled }: Book): boolean {
  const row = starts === undefined ? current.get(name) : scheduled.get(placeInTime(name, starts));
  return samePlainPrice(component, currentOf(component, row));
}

function currentOf(component: PriceComponent, current: PriceRow | undefined): PriceComponent | undefined {
  return current?.components.find((each) => componentKey(each) === componentKey(component));
}

type PlainPrice = Pick<PriceComponent, 'price' | 'per' | 'currency'>;

function samePlainPrice(left: PlainPrice | undefined, right: PlainPrice | undefined): boolean {
  const [one, other] = [left && unitPrice(left), right && unitPrice(right)];
  if (!left || !right || !one || !other) return left === undefined && right === undefined;
  return (
    sameCurrency(left.currency, right.currency) &&
    one.numerator * other.denominator === other.numerator * one.denominator
  );
}

/** What counts now comes first: what is to come is built upon it. */
function versionsOf(desk: AdminDesk, approved: readonly KeptProposal[], book: Book): readonly Version[] {
  const places = Map.groupBy(approved, ({ proposal }) => placeInTime(proposal.name, proposal.starts));
  const components = new Map<string, readonly PriceComponent[]>();
  return [...places]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([place, ofOne]) => {
      const name = ofOne[0]?.proposal.name ?? '';
      const base = book.scheduled.get(place)?.components ?? components.get(name);
      const version = versionOf(desk, ofOne, { current: book.current.get(name), base });
      components.set(name, version.price.components);
      return version;
    });
}

interface Ground {
  readonly current: PriceRow | undefined;
  /** Missing: the current version's. */
  readonly base: readonly PriceComponent[] | undefined;
}

function versionOf(desk: AdminDesk, approved: readonly KeptProposal[], { current, base }: Ground): Version {
  const proposals = approved.map(({ proposal }) => proposal);
  const [first] = proposals;
  if (first === undefined) throw new Error('No version comes of no proposals.');
  const { name, starts } = first;
  requireUnchanged(proposals, current);
  requireOneEach(proposals);
  const kept = current === undefined || isStopgap(current) ? undefined : current;
  const { components, refused } = assemble(
    base ?? kept?.components ?? [],
    proposals.toSorted((left, right) => conditionCount(right.component) - conditionCount(left.component)),
  );
  if (refused[0]) {
    const { meter } = refused[0].component;
    const message = `${name}: this price of ${meter} cannot stand beside another one. Some calls would meet the conditions of both.`;
    throw new Failure('conflict', message);
  }
  const sources = [...new Set(proposals.flatMap((proposal) => proposal.sources))].toSorted();
  const price: NewPrice = {
    id: desk.identifiers.next(),
    ...(kept === undefined
      ? {}
      : { row_id: kept.row_id, pricing_type: kept.pricing_type, attributes: kept.attributes }),
    ...(kept?.notes === null || kept?.notes === undefined ? {} : { notes: kept.notes }),
    book: 'list',
    subject: { kind: 'model', name },
    currency: kept?.currency ?? first.component.currency,
    pricing_model: mergedModel(kept, components),
    components,
    modifiers: kept?.modifiers ?? [],
    ...(starts === undefined ? {} : { valid_from: new Date(starts).toISOString() }),
    provenance: `synced from ${sources.join(', ')}`,
  };
  requireValid(price, new Date(desk.clock.now()).toISOString());
  return { price, seenVersionId: current?.id ?? null };
}

/** A price by request that gets prices of tokens charges one or the other, not both. */
function mergedModel(kept: PriceRow | undefined, components: readonly PriceComponent[]): NewPrice['pricing_model'] {
  const wasByRequest = kept?.pricing_model === 'hybrid' || kept?.pricing_model === 'per_request';
  return wasByRequest && components.some(({ meter }) => isTokenMeter(meter)) ? 'hybrid' : pricingModelOf(components);
}

function requireUnchanged(proposals: readonly Proposal[], current: PriceRow | undefined): void {
  for (const { name, component, before, starts } of proposals) {
    if (current?.is_custom) throw new Failure('conflict', `A person set the price of ${name}; a sync leaves it alone.`);
    if (starts !== undefined || samePlainPrice(before, currentOf(component, current))) continue;
    throw new Failure(
      'conflict',
      `The price of ${name} has been changed since the sync. Sync again and look once more.`,
    );
  }
}

function requireOneEach(proposals: readonly Proposal[]): void {
  const keys = proposals.map(({ component }) => componentKey(component));
  const index = keys.findIndex((key, position) => keys.indexOf(key) < position);
  if (index < 0) return;
  const name = proposals[index]?.name ?? '';
  throw new Failure('invalid_parameter', `Lists disagree about ${name}: approve one of the prices, not both.`, {
    param: 'ids',
  });
}

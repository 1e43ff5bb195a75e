// A period that was rated with a wrong price is rated again: shown first, then booked as it was shown, each call once.
import { PriceBook } from '#core/catalog/price-book.ts';
import { Failure } from '#core/failure.ts';
import type { AdjustmentLine } from '#core/ledger/adjustment.ts';
import { type KnownNow, rateAnew } from '#core/rerating/rate-anew.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { present } from '#flows/admin/outcome.ts';
import { showCredits } from '#flows/admin/show-credits.ts';
import type { ChargedCall, RerateScope, ReratingView } from '#ports/rerating.ts';
import { lineHash, TokenMaker } from './line-token.ts';
import { type ModelDifference, RerateReport, type WalletDifference } from './report.ts';

export interface RerateOrder {
  readonly from: string;
  readonly to: string;
  readonly model?: string;
  /** Id or slug. */
  readonly organization?: string;
  /** Of the dry run: what it showed is booked. */
  readonly token?: string;
  readonly reason?: string;
}

export interface Reratings {
  readonly dry_run: boolean;
  readonly token: string;
  readonly rerate_id: string | null;
  /** Calls of the period. */
  readonly seen: number;
  /** Those that come to something else. */
  readonly calls: number;
  /** Too young to have had their last word. */
  readonly in_flight: number;
  /** Shown, and not booked, because another word was said on them meanwhile: a dry run shows them anew. */
  readonly left_out: number;
  /** Booked with this token before; nothing moved now. */
  readonly repeated: boolean;
  readonly wallets: readonly WalletDifference[];
  readonly models: readonly ModelDifference[];
  /** Calls that stay as they are, because they cannot be rated: the first of them. */
  readonly unratable: readonly { readonly request_id: string; readonly why: string }[];
  readonly unratable_calls: number;
}

/** What one run may change; more is refused, and asked for in parts. */
const linesMax = 250_000;
const unratableShown = 20;
const linesPerEvent = 500;
// An estimate may still be replaced for this long: longer than any call, and the ledger's delay behind it.
const inFlightMs = 3_600_000;

export async function reratePrices(desk: AdminDesk, actor: string, order: RerateOrder): Promise<Reratings> {
  const scope = await scopeOf(desk, order);
  const { token } = order;
  if (token === undefined) {
    const plan = await desk.rerating.view((view) => planOf(desk, view, scope, undefined));
    return shown(plan, { dry_run: true, rerate_id: null, left_out: 0, repeated: false });
  }
  const begun = await desk.rerating.find(token);
  if (begun?.finished === true) {
    return shownAsBooked(await bookedBy(desk, begun.id), {
      id: begun.id,
      token,
      leftOut: begun.leftOut,
      repeated: true,
    });
  }
  const plan = await desk.rerating.view((view) => planOf(desk, view, scope, begun?.id));
  if (plan.token !== token) {
    // Another run with this token may have begun between the two looks: what it has booked is part of what was shown.
    if (!begun && (await desk.rerating.find(token))) return reratePrices(desk, actor, order);
    throw new Failure(
      'conflict',
      'What this period comes to is not what the dry run showed: calls or prices have changed, or the order is another one. Run it dry again.',
      { param: 'token' },
    );
  }
  const reason = order.reason ?? 'rated again by the prices that are known now';
  const { id } = await desk.rerating.begin({ ...scope, id: desk.identifiers.next(), token, reason, author: actor });
  await bookPlan(desk, { plan, scope, rerateId: id, reason, author: actor });
  const report = await bookedBy(desk, id);
  const leftOut = plan.lines - report.calls;
  const result = shownAsBooked(report, { id, token, leftOut, repeated: false });
  await desk.rerating.finish(actor, id, { leftOut, result });
  return result;
}

async function scopeOf(desk: AdminDesk, { from, to, model, organization }: RerateOrder): Promise<RerateScope> {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (toMs <= fromMs) throw new Failure('invalid_parameter', 'It ends before it begins.', { param: 'to' });
  const found =
    organization === undefined
      ? undefined
      : present(await desk.administration.organizations.get(organization), 'organization');
  return {
    fromMs,
    toMs,
    ...(model === undefined ? {} : { model }),
    ...(found === undefined ? {} : { organizationId: found.id }),
  };
}

interface Plan {
  readonly token: string;
  readonly report: RerateReport;
  /** Those that are booked already among them. */
  readonly lines: number;
  readonly seen: number;
  readonly inFlight: number;
  readonly unratable: Reratings['unratable'];
  readonly unratableCalls: number;
  /** By request: what was shown of it, and nothing else is booked. */
  readonly hashes: ReadonlyMap<string, string>;
}

async function planOf(
  desk: AdminDesk,
  view: ReratingView,
  scope: RerateScope,
  rerateId: string | undefined,
): Promise<Plan> {
  const report = new RerateReport();
  const maker = new TokenMaker();
  const hashes = new Map<string, string>();
  const unratable: { request_id: string; why: string }[] = [];
  const counts = { seen: 0, inFlight: 0, unratable: 0 };
  const known = await knownNow(view, scope);
  const nowMs = desk.clock.now();
  for await (const call of view.calls(scope)) {
    counts.seen += 1;
    if (isInFlight(call, nowMs)) {
      counts.inFlight += 1;
      continue;
    }
    const anew = rateAnew(call, known);
    if (anew.kind === 'unratable') {
      counts.unratable += 1;
      if (unratable.length < unratableShown) unratable.push({ request_id: call.record.requestId, why: anew.why });
    }
    if (anew.kind !== 'changed') continue;
    if (hashes.size >= linesMax) throw tooMany();
    const hash = lineHash(anew.line);
    hashes.set(anew.line.requestId, hash);
    maker.add(hash);
    report.add(reported(call, anew.line));
  }
  // Begun before and broken off: what is booked already is part of what was shown.
  if (rerateId !== undefined) {
    for await (const line of view.booked(rerateId)) maker.add(lineHash(line));
  }
  return {
    token: maker.tokenOf(scope),
    report,
    lines: maker.lines,
    seen: counts.seen,
    inFlight: counts.inFlight,
    unratable,
    unratableCalls: counts.unratable,
    hashes,
  };
}

async function knownNow(view: ReratingView, scope: RerateScope): Promise<KnownNow> {
  return { book: new PriceBook(await view.versions(scope)), exchange: await view.exchange() };
}

function isInFlight({ register, startedAt }: ChargedCall, nowMs: number): boolean {
  return !register.final && nowMs - startedAt < inFlightMs;
}

function reported({ record, owner, currency }: ChargedCall, { before, after }: AdjustmentLine) {
  return { walletId: record.walletId, name: record.name, owner, currency, before, after };
}

function tooMany(): Failure {
  return new Failure(
    'invalid_parameter',
    `More than ${linesMax} calls come to something else: take a shorter period.`,
    {
      param: 'to',
    },
  );
}

interface Booking {
  readonly plan: Plan;
  readonly scope: RerateScope;
  readonly rerateId: string;
  readonly reason: string;
  readonly author: string;
}

/** May break off anywhere: what is booked is booked once, and the same token goes on. */
async function bookPlan(desk: AdminDesk, booking: Booking): Promise<void> {
  const { plan, scope } = booking;
  await desk.rerating.view(async (view) => {
    const known = await knownNow(view, scope);
    let batch: { readonly walletId: string; readonly lines: AdjustmentLine[] } | undefined;
    for await (const call of view.calls(scope)) {
      const { requestId, walletId } = call.record;
      const hash = plan.hashes.get(requestId);
      if (hash === undefined) continue;
      const anew = rateAnew(call, known);
      if (anew.kind !== 'changed' || lineHash(anew.line) !== hash) continue;
      if (batch && (batch.walletId !== walletId || batch.lines.length >= linesPerEvent)) {
        await bookBatch(desk, booking, batch);
        batch = undefined;
      }
      batch ??= { walletId, lines: [] };
      batch.lines.push(anew.line);
    }
    if (batch) await bookBatch(desk, booking, batch);
  });
}

async function bookBatch(
  desk: AdminDesk,
  { rerateId, reason, author }: Booking,
  { walletId, lines }: { readonly walletId: string; readonly lines: readonly AdjustmentLine[] },
): Promise<void> {
  // Loaded after it, the wallet would have the credit already, and the budgets that it shares with others not.
  await showCredits(desk, walletId, 0n);
  const { creditSeq } = await desk.ledger.adjust({
    eventId: desk.identifiers.next(),
    rerateId,
    walletId,
    reason,
    author,
    occurredAt: desk.clock.now(),
    lines,
  });
  await showCredits(desk, walletId, creditSeq);
}

async function bookedBy(desk: AdminDesk, rerateId: string): Promise<RerateReport> {
  const report = new RerateReport();
  await desk.rerating.view(async (view) => {
    for await (const line of view.booked(rerateId)) report.add(line);
  });
  return report;
}

interface AsBooked {
  readonly id: string;
  readonly token: string;
  readonly leftOut: number;
  readonly repeated: boolean;
}

function shownAsBooked(report: RerateReport, { id, token, leftOut, repeated }: AsBooked): Reratings {
  const plan = { token, report, seen: report.calls + leftOut, inFlight: 0, unratable: [], unratableCalls: 0 };
  return shown(plan, { dry_run: false, rerate_id: id, left_out: leftOut, repeated });
}

function shown(
  { token, report, seen, inFlight, unratable, unratableCalls }: Omit<Plan, 'hashes' | 'lines'>,
  run: Pick<Reratings, 'dry_run' | 'rerate_id' | 'left_out' | 'repeated'>,
): Reratings {
  return {
    ...run,
    token,
    seen,
    calls: report.calls,
    in_flight: inFlight,
    wallets: report.wallets(),
    models: report.models(),
    unratable,
    unratable_calls: unratableCalls,
  };
}

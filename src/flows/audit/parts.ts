// The parts of an audit: each reads some lists side by side and lets the checks of core look at what belongs together.
import {
  auditEvent,
  auditHead,
  auditPostings,
  type ChainEnd,
  chainEndAfter,
  chainStart,
  eventSubject,
} from '#core/ledger/audit-chain.ts';
import { auditAdjustmentEvent, auditAdjustmentLine } from '#core/ledger/audit-adjustment.ts';
import { auditCounter, auditEventId, auditUnits } from '#core/ledger/audit-credit.ts';
import { countersEstimated } from '#core/ledger/unit-counter.ts';
import { auditDispatch, auditGatewayEnd, type DispatchAudit, type Patience } from '#core/ledger/audit-dispatch.ts';
import { auditPinnedRate } from '#core/ledger/audit-fx.ts';
import { auditRating, type PriceByVersion } from '#core/ledger/audit-rating.ts';
import { auditRequest } from '#core/ledger/audit-request.ts';
import type { GatewayRow, WalletRow } from '#core/ledger/audit-rows.ts';
import type { Counter, PricePins } from '#core/ledger/entry.ts';
import type { Digest } from '#core/ledger/event.ts';
import type { BooksView } from '#ports/books.ts';
import { joined, type Keyed } from './join.ts';
import { Prices } from './prices.ts';
import { ExchangeRates } from './exchange-rates.ts';
import type { Tally } from './tally.ts';

export async function auditWallets(view: BooksView, tally: Tally, digest: Digest): Promise<void> {
  let wallet: WalletRow | undefined;
  let end: ChainEnd = chainStart;
  const finish = (): void => {
    if (wallet) tally.find(auditHead(wallet, end));
  };
  const groups = joined({
    wallets: list(tally, 'wallets', view.wallets(), (row) => row.walletId),
    events: list(tally, 'events', view.events(), (row) => numbered(row.walletId, row.seq)),
    postings: list(tally, 'postings', view.postings(), (row) => numbered(row.walletId, row.seq)),
    lines: list(tally, 'adjustmentsByEvent', view.adjustmentsByEvent(), (row) => numbered(row.walletId, row.seq)),
  });
  for await (const { wallets, events, postings, lines } of groups) {
    for (const next of wallets) {
      finish();
      wallet = next;
      end = chainStart;
    }
    for (const event of events) {
      if (event.walletId === wallet?.walletId) {
        tally.find(auditEvent(end, event, digest));
        if (event.currency !== wallet.currency) tally.find([wrongCurrency(eventSubject(event), wallet)]);
        end = chainEndAfter(end, event);
      } else {
        tally.find([{ check: 'head', subject: eventSubject(event), message: 'It is of a wallet that is missing.' }]);
      }
      tally.find(auditPostings(event, postings));
      tally.find(auditAdjustmentEvent(event, postings, lines));
    }
    const [line] = events.length === 0 ? lines : [];
    if (line) {
      const message = 'It has lines of an adjustment, and there is no event.';
      tally.find([{ check: 'adjustments', subject: eventSubject(line), message }]);
    }
    const [orphan] = events.length === 0 ? postings : [];
    if (orphan) {
      tally.find([
        { check: 'postings', subject: eventSubject(orphan), message: 'It has legs, and there is no event.' },
      ]);
    }
  }
  finish();
}

function wrongCurrency(subject: string, { currency }: WalletRow) {
  return { check: 'head', subject, message: `It is in another currency than its wallet's ${currency}.` } as const;
}

export async function auditRequests(view: BooksView, tally: Tally): Promise<void> {
  const prices = new Prices(view);
  const rates = new ExchangeRates(view);
  const groups = joined({
    registers: list(tally, 'registers', view.registers(), (row) => row.requestId),
    charges: list(tally, 'charges', view.charges(), (row) => row.requestId ?? ''),
    usage: list(tally, 'usageRecords', view.usageRecords(), (row) => row.requestId),
    adjustments: list(tally, 'adjustments', view.adjustments(), (row) => row.requestId),
  });
  const auditPins = async (subject: string, pins: PricePins, priceOf: PriceByVersion): Promise<void> => {
    const rateOf = await rates.of(pins);
    for (const pin of [pins.charge, pins.cost]) tally.find(auditPinnedRate(subject, pin, { rateOf, priceOf }));
    tally.rated += 2;
  };
  for await (const { key: requestId, registers, charges, usage, adjustments } of groups) {
    const [register] = registers;
    tally.find(auditRequest({ requestId, register, charges, usage, adjustments }));
    for (const row of usage) {
      // One that has had its last word since explains no gap any more.
      const counters = register?.final === false ? countersEstimated(row, row.charge.receipt, row.cost.receipt) : [];
      for (const counter of counters) tally.estimated.add(keyOf(counter));
      const priceOf = await prices.of(row);
      tally.find(auditRating(row, priceOf));
      await auditPins(`usage record ${row.eventId}`, row.pins, priceOf);
    }
    for (const line of adjustments) {
      const { chargeReceipt, costReceipt } = line.after;
      const rated = { pins: line.pins, charge: { receipt: chargeReceipt }, cost: { receipt: costReceipt } };
      const priceOf = await prices.of(rated);
      tally.find(auditAdjustmentLine(line, usage, priceOf));
      await auditPins(`adjustment of request ${requestId}`, line.pins, priceOf);
    }
  }
}

// Behind its deadline a job is charged as an estimate within minutes.
const overdueMsMax = 3_600_000;

export async function auditDispatches(view: BooksView, tally: Tally, patience: Patience): Promise<void> {
  let gateway: GatewayRow | undefined;
  let last = 0n;
  const open = Map.groupBy(
    (await view.openJobs()).filter(({ deadlineAt }) => patience.nowMs < deadlineAt + overdueMsMax),
    ({ gatewayId }) => gatewayId,
  );
  // A job that goes on is no missing charge; what is missing before it is.
  const passJobs = (upTo: bigint): void => {
    const own = open.get(gateway?.gatewayId ?? '') ?? [];
    while (own[0] && own[0].dispatchNo < upTo) {
      const [job] = own.splice(0, 1);
      if (!job || job.dispatchNo <= last) continue;
      take(auditDispatch(last, job, patience));
      tally.inFlight += 1;
      last = job.dispatchNo;
    }
  };
  const endGateway = (ended: GatewayRow): void => {
    passJobs((ended.lastDispatchNo ?? last) + 1n);
    take(auditGatewayEnd(ended, last, patience));
  };
  const take = ({ findings, inFlight }: DispatchAudit): void => {
    tally.find(findings);
    tally.inFlight += Number(inFlight);
  };
  const groups = joined({
    gateways: list(tally, 'gateways', view.gateways(), (row) => row.gatewayId),
    dispatches: list(tally, 'dispatches', view.dispatches(), (row) => numbered(row.gatewayId, row.dispatchNo)),
  });
  for await (const { gateways, dispatches } of groups) {
    for (const next of gateways) {
      if (gateway) endGateway(gateway);
      gateway = next;
      last = 0n;
    }
    for (const row of dispatches) {
      if (row.gatewayId !== gateway?.gatewayId) {
        const subject = `request ${row.requestId}`;
        const message = `It was dispatched by the gateway ${row.gatewayId}, which is missing.`;
        tally.find([{ check: 'dispatch', subject, message }]);
        continue;
      }
      passJobs(row.dispatchNo);
      take(auditDispatch(last, row, patience));
      if (row.dispatchNo > last) last = row.dispatchNo;
    }
  }
  if (gateway) endGateway(gateway);
}

function keyOf({ scope, period }: Counter): string {
  return `${scope}\n${period}`;
}

export async function auditCounters(view: BooksView, tally: Tally): Promise<void> {
  const groups = joined({
    counters: list(tally, 'counters', view.counters(), keyOf),
    registered: list(tally, 'spentByRegisters', view.spentByRegisters(), keyOf),
  });
  for await (const { counters, registered } of groups) {
    const [counter, sum] = [counters[0], registered[0]];
    const subject = counter ?? sum;
    if (subject) tally.find(auditCounter(subject, counter?.spent, sum?.spent));
  }
}

export async function auditUnitCounters(view: BooksView, tally: Tally, patience: Patience): Promise<void> {
  const groups = joined({
    counters: list(tally, 'unitCounters', view.unitCounters(), keyOf),
    given: list(tally, 'givenByRegisters', view.givenByRegisters(), keyOf),
  });
  for await (const { counters, given } of groups) {
    const subject = counters[0] ?? given[0];
    if (!subject) continue;
    const estimated = tally.estimated.has(keyOf(subject));
    tally.find(auditUnits(subject, counters[0]?.taken, given, { ...patience, estimated }));
  }
}

export async function auditEventIds(view: BooksView, tally: Tally): Promise<void> {
  const groups = joined({
    events: list(tally, 'eventsById', view.eventsById(), (row) => row.eventId),
    topUps: list(tally, 'topUps', view.topUps(), (row) => row.eventId),
  });
  for await (const { key: eventId, events, topUps } of groups) tally.find(auditEventId({ eventId, events, topUps }));
}

function list<Row>(tally: Tally, name: string, rows: AsyncIterable<Row>, keyOf: (row: Row) => string): Keyed<Row> {
  return { name, rows: tally.counted(name, rows), keyOf };
}

// As text these sort like the numbers, and after their owner's own id.
function numbered(ownerId: string, number: bigint): string {
  return `${ownerId} ${number.toString().padStart(20, '0')}`;
}

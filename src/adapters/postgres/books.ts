// The whole ledger as it was at one moment, in lists of any length.
import type { Pool } from 'pg';
import type { Books, BooksTable, BooksView } from '#ports/books.ts';
import { adjustments, adjustmentsByEvent } from './books/adjustments.ts';
import { Snapshot } from './books/cursors.ts';
import * as lists from './books/lists.ts';
import { rational } from '#core/money/rational.ts';
import { usageRecords } from './books/usage-records.ts';
import { type PriceColumns, priceColumns, priceVersionOf } from './directory/price-versions.ts';
import { transaction } from './pool.ts';

export function postgresBooks(pool: Pool): Books {
  return {
    view: (read) => transaction(pool, async (client) => read(viewOf(await Snapshot.begin(client)))),
  };
}

function viewOf(snapshot: Snapshot): BooksView {
  return {
    totals: () => readTotals(snapshot),
    wallets: () => snapshot.list(lists.wallets),
    events: () => snapshot.list(lists.events),
    postings: () => snapshot.list(lists.postings),
    eventsById: () => snapshot.list(lists.eventsById),
    topUps: () => snapshot.list(lists.topUps),
    registers: () => snapshot.list(lists.registers),
    charges: () => snapshot.list(lists.charges),
    adjustments: () => snapshot.list(adjustments),
    adjustmentsByEvent: () => snapshot.list(adjustmentsByEvent),
    usageRecords: () => snapshot.list(usageRecords),
    gateways: () => snapshot.list(lists.gateways),
    dispatches: () => snapshot.list(lists.dispatches),
    counters: () => snapshot.list(lists.counters),
    spentByRegisters: () => snapshot.list(lists.spentByRegisters),
    unitCounters: () => snapshot.list(lists.unitCounters),
    givenByRegisters: () => snapshot.list(lists.givenByRegisters),
    openJobs: async () => {
      const rows = await snapshot.all<OpenJobColumns>(openJobsSql, []);
      return rows.map(({ gateway_id, dispatch_no, request_id, started_at, deadline_at }) => ({
        gatewayId: gateway_id,
        dispatchNo: dispatch_no,
        requestId: request_id,
        startedAt: started_at.getTime(),
        deadlineAt: deadline_at.getTime(),
      }));
    },
    priceVersions: async (ids) => {
      const rows = await snapshot.all<PriceColumns>(
        `select ${priceColumns} from faregate.price_version where id = any($1::uuid[])`,
        [ids],
      );
      return rows.map(priceVersionOf);
    },
    fxRates: async (ids) => {
      const rows = await snapshot.all<FxRateColumns>(
        `select id, base, quote, numerator, denominator from faregate.fx_rate where id = any($1::uuid[])`,
        [ids],
      );
      return rows.map(({ id, base, quote, numerator, denominator }) => ({
        fxRateId: id,
        base,
        quote,
        rate: rational(numerator, denominator),
      }));
    },
  };
}

interface OpenJobColumns {
  readonly gateway_id: string;
  readonly dispatch_no: bigint;
  readonly request_id: string;
  readonly started_at: Date;
  readonly deadline_at: Date;
}

const openJobsSql = `
  select gateway_id, dispatch_no, request_id, started_at, deadline_at from faregate.media_job job
  where state = 'running'
    and not exists (select from faregate.request_charge charge where charge.request_id = job.request_id)
  order by gateway_id, dispatch_no`;

interface FxRateColumns {
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const tables = {
  wallets: 'wallet',
  events: 'billing_event',
  postings: 'posting',
  registers: 'request_charge',
  usageRecords: 'usage_record',
  counters: 'spend_counter',
  unitCounters: 'unit_counter',
  gateways: 'gateway',
  topUps: 'top_up',
  adjustments: 'adjustment',
} as const satisfies Record<BooksTable, string>;

async function readTotals(snapshot: Snapshot): Promise<Readonly<Record<BooksTable, number>>> {
  const counts = Object.entries(tables).map(([name, table]) => `(select count(*) from faregate.${table}) as "${name}"`);
  const [row] = await snapshot.all<Record<BooksTable, bigint>>(`select ${counts.join(', ')}`);
  if (!row) throw new Error('Postgres counted nothing.');
  const {
    wallets,
    events,
    postings,
    registers,
    usageRecords,
    counters,
    gateways,
    topUps,
    adjustments: adjusted,
    unitCounters,
  } = row;
  return {
    wallets: Number(wallets),
    events: Number(events),
    postings: Number(postings),
    registers: Number(registers),
    usageRecords: Number(usageRecords),
    counters: Number(counters),
    unitCounters: Number(unitCounters),
    gateways: Number(gateways),
    topUps: Number(topUps),
    adjustments: Number(adjusted),
  };
}

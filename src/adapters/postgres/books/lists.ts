// The ledger's tables as an auditor reads them: queries and what their rows become.
import type {
  ChargeRow,
  CounterRow,
  DispatchRow,
  GatewayRow,
  GivenRow,
  RegisterRow,
  TopUpRow,
  UnitCounterRow,
  WalletRow,
} from '#core/ledger/audit-rows.ts';
import type { Counter } from '#core/ledger/entry.ts';
import type { BillingEvent, BillingEventKind } from '#core/ledger/event.ts';
import type { Posting } from '#core/ledger/posting.ts';
import { amount } from '#core/money/amount.ts';
import { rangesFromJson } from '#core/usage/unit-range.ts';
import { registerColumns, type RegisterColumns, registerOf } from '../ledger/register-columns.ts';
import { type GivenJson, rangesOf } from '../ledger/units.ts';
import type { ListQuery } from './cursors.ts';

interface WalletColumns {
  readonly id: string;
  readonly currency: string;
  readonly balance: bigint;
  readonly seq: bigint;
  readonly hash: string;
  readonly credit_seq: bigint;
}

export const wallets: ListQuery<WalletColumns, WalletRow> = {
  text: 'select id, currency, balance, seq, hash, credit_seq from faregate.wallet order by id',
  rowOf: ({ id, currency, balance, seq, hash, credit_seq }) => ({
    walletId: id,
    currency,
    balance: amount(balance),
    seq,
    hash,
    creditSeq: credit_seq,
  }),
};

interface EventColumns {
  readonly wallet_id: string;
  readonly seq: bigint;
  readonly event_id: string;
  readonly kind: BillingEventKind;
  readonly request_id: string | null;
  readonly currency: string;
  readonly amount: bigint;
  readonly balance_before: bigint;
  readonly balance_after: bigint;
  readonly reference: string | null;
  readonly description: string | null;
  readonly occurred_at: Date;
  readonly prev_hash: string;
  readonly hash: string;
}

const eventColumns = `event.wallet_id, event.seq, event.event_id, event.kind, event.request_id, event.currency,
  event.amount, event.balance_before, event.balance_after, event.reference, event.description, event.occurred_at,
  event.prev_hash, event.hash`;

export const events: ListQuery<EventColumns, BillingEvent> = {
  text: `select ${eventColumns} from faregate.billing_event event order by wallet_id, seq`,
  rowOf: eventOf,
};

export const eventsById: ListQuery<EventColumns, BillingEvent> = {
  text: `select ${eventColumns} from faregate.billing_event event order by event_id`,
  rowOf: eventOf,
};

interface ChargeColumns extends EventColumns {
  readonly costs: readonly { readonly provider: string; readonly currency: string; readonly amount: string }[];
}

export const charges: ListQuery<ChargeColumns, ChargeRow> = {
  text: `select ${eventColumns}, coalesce((
      select json_agg(json_build_object(
        'provider', substr(account, 9), 'currency', currency, 'amount', (-amount)::text
      ) order by leg)
      from faregate.posting
      where posting.wallet_id = event.wallet_id and posting.seq = event.seq and account like 'payable:%'
    ), '[]') as costs
    from faregate.billing_event event where request_id is not null order by request_id, wallet_id, seq`,
  rowOf: ({ costs, ...event }) => ({
    ...eventOf(event),
    costs: costs.map((cost) => ({ ...cost, amount: amount(BigInt(cost.amount)) })),
  }),
};

function eventOf(columns: EventColumns): BillingEvent {
  const { request_id, reference, description } = columns;
  return {
    walletId: columns.wallet_id,
    seq: columns.seq,
    eventId: columns.event_id,
    kind: columns.kind,
    ...(request_id === null ? undefined : { requestId: request_id }),
    currency: columns.currency,
    amount: amount(columns.amount),
    balanceBefore: amount(columns.balance_before),
    balanceAfter: amount(columns.balance_after),
    ...(reference === null ? undefined : { reference }),
    ...(description === null ? undefined : { description }),
    occurredAt: columns.occurred_at.getTime(),
    prevHash: columns.prev_hash,
    hash: columns.hash,
  };
}

interface PostingColumns {
  readonly wallet_id: string;
  readonly seq: bigint;
  readonly leg: number;
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
}

export const postings: ListQuery<PostingColumns, Posting> = {
  text: 'select wallet_id, seq, leg, account, currency, amount from faregate.posting order by wallet_id, seq, leg',
  rowOf: (row) => ({
    walletId: row.wallet_id,
    seq: row.seq,
    leg: row.leg,
    account: row.account,
    currency: row.currency,
    amount: amount(row.amount),
  }),
};

export const registers: ListQuery<RegisterColumns, RegisterRow> = {
  text: `select ${registerColumns} from faregate.request_charge register order by request_id`,
  rowOf: registerOf,
};

interface DispatchColumns {
  readonly gateway_id: string;
  readonly dispatch_no: bigint;
  readonly request_id: string;
  readonly started_at: Date;
}

export const dispatches: ListQuery<DispatchColumns, DispatchRow> = {
  text: `select gateway_id, dispatch_no, request_id, started_at from faregate.request_charge
    order by gateway_id, dispatch_no`,
  rowOf: (row) => ({
    gatewayId: row.gateway_id,
    dispatchNo: row.dispatch_no,
    requestId: row.request_id,
    startedAt: row.started_at.getTime(),
  }),
};

interface GatewayColumns {
  readonly id: string;
  readonly last_dispatch_no: bigint | null;
  readonly ended_at: Date | null;
}

export const gateways: ListQuery<GatewayColumns, GatewayRow> = {
  text: 'select id, last_dispatch_no, ended_at from faregate.gateway order by id',
  rowOf: ({ id, last_dispatch_no, ended_at }) => ({
    gatewayId: id,
    ...(last_dispatch_no === null ? undefined : { lastDispatchNo: last_dispatch_no }),
    ...(ended_at === null ? undefined : { endedAt: ended_at.getTime() }),
  }),
};

export const counters: ListQuery<CounterRow, CounterRow> = {
  text: `select scope, period, spent from faregate.spend_counter order by scope collate "C", period collate "C"`,
  rowOf: (row) => row,
};

export const spentByRegisters: ListQuery<CounterRow, CounterRow> = {
  text: `select counter.scope, counter.period, sum(register.total) as spent
    from faregate.request_charge register
      cross join lateral jsonb_to_recordset(register.counters) as counter (scope text, period text)
    group by 1, 2 order by counter.scope collate "C", counter.period collate "C"`,
  rowOf: (row) => row,
};

export const unitCounters: ListQuery<Counter & { readonly taken: string }, UnitCounterRow> = {
  text: `select scope, period, taken::text as taken from faregate.unit_counter
    order by scope collate "C", period collate "C"`,
  rowOf: ({ scope, period, taken }) => ({ scope, period, taken: rangesOf(taken) }),
};

interface GivenColumns extends GivenJson {
  readonly request_id: string;
  readonly started_at: Date;
}

export const givenByRegisters: ListQuery<GivenColumns, GivenRow> = {
  text: `select given.scope, given.period, given.ranges, register.request_id, register.started_at
    from faregate.request_charge register
      cross join lateral jsonb_to_recordset(register.given) as given (scope text, period text, ranges jsonb)
    order by given.scope collate "C", given.period collate "C", register.request_id`,
  rowOf: ({ scope, period, ranges, request_id, started_at }) => ({
    scope,
    period,
    ranges: rangesFromJson(ranges),
    requestId: request_id,
    startedAt: started_at.getTime(),
  }),
};

interface TopUpColumns {
  readonly id: string;
  readonly event_id: string;
  readonly wallet_id: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly source: string;
  readonly reference: string;
}

export const topUps: ListQuery<TopUpColumns, TopUpRow> = {
  text: `select id, event_id, wallet_id, amount, currency, source, reference from faregate.top_up order by event_id`,
  rowOf: (row) => ({
    topUpId: row.id,
    eventId: row.event_id,
    walletId: row.wallet_id,
    amount: amount(row.amount),
    currency: row.currency,
    source: row.source,
    reference: row.reference,
  }),
};

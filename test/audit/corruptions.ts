// What somebody with the rights of the owner could do to the ledger, and what the audit must say of it.
import type { AuditCheck } from '#core/ledger/audit.ts';
import type { GoodLedger } from './good-ledger.ts';

export interface Corruption {
  readonly what: string;
  readonly check: AuditCheck;
  readonly message: RegExp;
  readonly sql: (good: GoodLedger) => string;
}

const first = ({ payers }: GoodLedger): string => `'${payers[0].walletId}'`;
const second = ({ payers }: GoodLedger): string => `'${payers[1].walletId}'`;
const request = ({ entries }: GoodLedger): string => `'${entries[0]?.call.requestId ?? ''}'`;
const event = ({ entries }: GoodLedger): string => `'${entries[0]?.eventId ?? ''}'`;

export const corruptions: readonly Corruption[] = [
  {
    what: 'an event that was removed',
    check: 'seq',
    message: /It follows 2/,
    sql: (good) => `delete from faregate.billing_event where wallet_id = ${first(good)} and seq = 3`,
  },
  {
    what: 'a last event that was removed',
    check: 'head',
    message: /last event is 8, which is 7/,
    sql: (good) => `delete from faregate.billing_event where wallet_id = ${first(good)} and seq = 8`,
  },
  {
    what: 'a balance that was shifted',
    check: 'balance-chain',
    message: /begins at/,
    sql: (good) => `update faregate.billing_event set balance_before = balance_before + 1,
      balance_after = balance_after + 1 where wallet_id = ${first(good)} and seq = 3`,
  },
  {
    what: 'a sum that is wrong',
    check: 'balance-chain',
    message: /are not/,
    sql: (good) =>
      `update faregate.billing_event set balance_after = balance_after + 1 where wallet_id = ${first(good)} and seq = 3`,
  },
  {
    what: 'an event that was rewritten',
    check: 'hash-chain',
    message: /not that of what it says/,
    sql: (good) => `update faregate.billing_event set occurred_at = occurred_at - interval '1 day'
      where event_id = ${event(good)}`,
  },
  {
    what: 'a hash that was replaced',
    check: 'hash-chain',
    message: /does not name the hash/,
    sql: (good) => `update faregate.billing_event set hash = 'other' where event_id = ${event(good)}`,
  },
  {
    what: 'a balance that its events do not have',
    check: 'head',
    message: /and its last event/,
    sql: (good) => `update faregate.wallet set balance = balance + 1 where id = ${first(good)}`,
  },
  {
    what: 'a wallet with another hash',
    check: 'head',
    message: /hash/,
    sql: (good) => `update faregate.wallet set hash = 'other' where id = ${first(good)}`,
  },
  {
    what: 'a counter that lost its units',
    check: 'counters',
    message: /Calls were charged for its units/,
    sql: (good) => `update faregate.unit_counter set taken = '{}' where split_part(scope, ':', 2) = ${first(good)}`,
  },
  {
    what: 'a counter with units that nobody was charged for',
    check: 'counters',
    message: /It has the units 7 to 9, and no call/,
    sql: (good) => `update faregate.unit_counter set taken = taken + '{[7,9)}'::int8multirange
      where split_part(scope, ':', 2) = ${first(good)}`,
  },
  {
    what: 'units that two calls were charged for',
    check: 'counters',
    message: /units, and these are .* different ones/,
    sql: (good) => `update faregate.request_charge set given = other.given from faregate.request_charge other
      where request_charge.request_id = ${request(good)} and other.wallet_id = request_charge.wallet_id
        and other.request_id <> request_charge.request_id`,
  },
  {
    what: 'a register with other units than its receipts',
    check: 'register',
    message: /given other units/,
    sql: (good) => `update faregate.request_charge set given = '[]' where request_id = ${request(good)}`,
  },
  {
    what: 'a credit too many',
    check: 'head',
    message: /counts 3 credits, and its events are 2/,
    sql: (good) => `update faregate.wallet set credit_seq = 3 where id = ${first(good)}`,
  },
  {
    what: 'a wallet that was removed',
    check: 'head',
    message: /wallet that is missing/,
    sql: (good) => `delete from faregate.wallet where id = ${first(good)}`,
  },
  {
    what: 'a wallet of another currency',
    check: 'head',
    message: /another currency/,
    sql: (good) => `update faregate.wallet set currency = 'eur' where id = ${first(good)}`,
  },
  {
    what: 'a leg of another amount',
    check: 'postings',
    message: /add up to 1/,
    sql: (good) => `update faregate.posting set amount = amount + 1
      where wallet_id = ${first(good)} and seq = 2 and leg = 4`,
  },
  {
    what: 'legs that were moved to another account',
    check: 'postings',
    message: /no leg of .* for revenue/,
    sql: (good) => `update faregate.posting set account = 'gifts'
      where wallet_id = ${first(good)} and seq = 2 and account = 'revenue'`,
  },
  {
    what: 'legs without an event',
    check: 'postings',
    message: /there is no event/,
    sql: (good) => `insert into faregate.posting select wallet_id, 77, leg, account, currency, amount
      from faregate.posting where wallet_id = ${first(good)} and seq = 2`,
  },
  {
    what: 'an event id that was used twice',
    check: 'event-ids',
    message: /2 events have this id/,
    sql: (good) => `update faregate.billing_event set event_id = ${event(good)}
      where wallet_id = ${second(good)} and seq = 2`,
  },
  {
    what: 'a register that says more than was booked',
    check: 'register',
    message: /add up to/,
    sql: (good) => `update faregate.request_charge set total = total + 1 where request_id = ${request(good)}`,
  },
  {
    what: 'a cost that nobody is owed',
    check: 'register',
    message: /postings owe/,
    sql: (good) => `update faregate.request_charge set cost = cost + 1 where request_id = ${request(good)}`,
  },
  {
    what: 'a register that was removed',
    check: 'register',
    message: /no register/,
    sql: (good) => `delete from faregate.request_charge where request_id = ${request(good)}`,
  },
  {
    what: 'a register without events',
    check: 'register',
    message: /and no event/,
    sql: (good) => `update faregate.billing_event set request_id = gen_random_uuid() where event_id = ${event(good)}`,
  },
  {
    what: 'a register on another wallet',
    check: 'register',
    message: /another wallet/,
    sql: (good) => `update faregate.request_charge set wallet_id = ${second(good)} where request_id = ${request(good)}`,
  },
  {
    what: 'a register that calls an estimate final',
    check: 'register',
    message: /not what the usage record of its last event says/,
    sql: () => 'update faregate.request_charge set final = true where not final',
  },
  {
    what: 'an event without a usage record',
    check: 'usage',
    message: /no usage record/,
    sql: (good) => `delete from faregate.usage_record where event_id = ${event(good)}`,
  },
  {
    what: 'an event whose usage record denies it',
    check: 'usage',
    message: /changed nothing/,
    sql: (good) => `update faregate.usage_record set applied = false where event_id = ${event(good)}`,
  },
  {
    what: 'a usage record without its event',
    check: 'usage',
    message: /no such event/,
    sql: () => 'update faregate.usage_record set applied = true where not applied',
  },
  {
    what: 'a better word that was passed over',
    check: 'usage',
    message: /better word/,
    sql: () => `update faregate.request_charge set final = false where request_id in (
      select request_id from faregate.usage_record where not applied)`,
  },
  {
    what: 'usage that was changed',
    check: 'rating',
    message: /Its charge cannot be rated again: 11 units/,
    sql: (good) => `update faregate.usage_record set usage = jsonb_set(usage, '{completion_tokens}', '11')
      where event_id = ${event(good)}`,
  },
  {
    what: 'a receipt that was changed',
    check: 'rating',
    message: /another receipt/,
    sql: (
      good,
    ) => `update faregate.usage_record set charge_receipt = jsonb_set(charge_receipt, '{lines,0,price}', '"9"')
      where event_id = ${event(good)}`,
  },
  {
    what: 'a cost that was changed',
    check: 'rating',
    message: /Its cost is/,
    sql: (good) => `update faregate.usage_record set cost_total = cost_total + 1 where event_id = ${event(good)}`,
  },
  {
    what: 'a cut-off stream that was charged more than was held',
    check: 'rating',
    message: /Its charge is/,
    sql: () => `update faregate.usage_record set held = held - 1 where outcome = 'cut_off'`,
  },
  {
    what: 'a price that was changed',
    check: 'rating',
    message: /rated again/,
    sql: () => `update faregate.price_version set components = jsonb_set(components, '{0,price}', '"4"')
      where subject_name = 'compass'`,
  },
  {
    what: 'a price that was removed',
    check: 'rating',
    message: /which is missing/,
    sql: () => `delete from faregate.price_version where subject_name = 'compass'`,
  },
  {
    what: 'a number that was given twice',
    check: 'dispatch',
    message: /not its own/,
    sql: (good) => `update faregate.request_charge set dispatch_no = 2 where dispatch_no = 3
      and gateway_id = '${good.openLife}'`,
  },
  {
    what: 'a call of a closed life without its charge',
    check: 'dispatch',
    message: /no charge for the number 7/,
    sql: (good) => `update faregate.gateway set last_dispatch_no = 7 where id = '${good.closedLife}'`,
  },
  {
    what: 'a charge after the end of a life',
    check: 'dispatch',
    message: /last number was 5/,
    sql: (good) => `update faregate.gateway set last_dispatch_no = 5 where id = '${good.closedLife}'`,
  },
  {
    what: 'a gateway that was removed',
    check: 'dispatch',
    message: /which is missing/,
    sql: (good) => `delete from faregate.gateway where id = '${good.openLife}'`,
  },
  {
    what: 'a counter that its calls do not have',
    check: 'counters',
    message: /add up to/,
    sql: () => `update faregate.spend_counter set spent = spent + 1 where period = 'total'`,
  },
  {
    what: 'a counter that was removed',
    check: 'counters',
    message: /says nothing/,
    sql: () => `delete from faregate.spend_counter where period = 'total'`,
  },
  {
    what: 'a top-up that nobody paid',
    check: 'top-ups',
    message: /nobody paid/,
    sql: (good) => `delete from faregate.top_up where wallet_id = ${first(good)}`,
  },
  {
    what: 'a top-up that was never credited',
    check: 'top-ups',
    message: /is missing/,
    sql: (good) => `update faregate.top_up set event_id = gen_random_uuid() where wallet_id = ${first(good)}`,
  },
  {
    what: 'a top-up of another amount',
    check: 'top-ups',
    message: /is not that of its event/,
    sql: (good) => `update faregate.top_up set amount = amount + 1 where wallet_id = ${first(good)}`,
  },
  {
    what: 'two top-ups for one event',
    check: 'top-ups',
    message: /2 top-ups name the event/,
    sql: (good) => `update faregate.top_up set event_id = (
      select event_id from faregate.top_up where wallet_id = ${first(good)} order by id limit 1)
      where wallet_id = ${first(good)}`,
  },
  {
    what: 'an adjustment without its lines',
    check: 'adjustments',
    message: /without a line/,
    sql: () => 'delete from faregate.adjustment',
  },
  {
    what: 'lines without their adjustment',
    check: 'adjustments',
    message: /there is no event/,
    sql: () => 'update faregate.adjustment set seq = 77',
  },
  {
    what: 'lines of an adjustment at a charge',
    check: 'adjustments',
    message: /It is a charge/,
    sql: () => 'update faregate.adjustment set seq = 2',
  },
  {
    what: 'a line that says more than was moved',
    check: 'adjustments',
    message: /its lines add up to/,
    sql: () => 'update faregate.adjustment set charge_after = charge_after + 1',
  },
  {
    what: 'a line whose cost nobody owes',
    check: 'adjustments',
    message: /not what its lines say of the costs/,
    sql: () => 'update faregate.adjustment set cost_after = cost_after + 1',
  },
  {
    what: 'a line that goes on from another total',
    check: 'adjustments',
    message: /goes on from/,
    sql: () => `update faregate.adjustment
      set charge_before = charge_before + 1, charge_after = charge_after + 1`,
  },
  {
    what: 'a line that its usage record does not come to',
    check: 'rating',
    message: /another receipt/,
    sql: () =>
      `update faregate.adjustment set charge_receipt_after = jsonb_set(charge_receipt_after, '{lines,0,price}', '"9"')`,
  },
  {
    what: 'a line for a usage record that is gone',
    check: 'adjustments',
    message: /which is missing/,
    sql: () => 'update faregate.adjustment set record_id = gen_random_uuid()',
  },
  {
    what: 'a pinned exchange rate that is missing',
    check: 'fx',
    message: /which is missing/,
    sql: (good) => converted(good, '2'),
  },
  {
    what: 'a pinned exchange rate that is not its row’s',
    check: 'fx',
    message: /says another/,
    sql: (good) => `${rateRow('usd', 'eur')}; ${converted(good, '3')}`,
  },
  {
    what: 'a pinned exchange rate between other currencies',
    check: 'fx',
    message: /from gbp to eur/,
    sql: (good) => `${rateRow('gbp', 'eur')}; ${converted(good, '2')}`,
  },
];

const rateId = '5f000000-0000-4000-8000-00000000fa7e';

function rateRow(base: string, quote: string): string {
  return `insert into faregate.fx_rate (id, base, quote, numerator, denominator, observed_at, source)
    values ('${rateId}', '${base}', '${quote}', 2, 1, now(), 'test')`;
}

function converted(good: GoodLedger, rate: string): string {
  const conversion = JSON.stringify({ fxRateId: rateId, rate });
  return `update faregate.usage_record
    set pins = jsonb_set(jsonb_set(pins, '{charge,conversion}', '${conversion}'), '{charge,currency}', '"eur"')
    where event_id = ${event(good)}`;
}

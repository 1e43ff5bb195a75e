// What must hold when a history has come to rest.
import { allocationsOf } from '#core/pricing/counted.ts';
import type { UnitRanges } from '#core/usage/unit-range.ts';
import { isDeepStrictEqual } from 'node:util';
import { audit } from '#flows/audit.ts';
import { memoryJournal } from '#adapters/memory/journal.ts';
import { amount } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import type { CallRecord } from './call-record.ts';
import { checkHangUp } from './check-hang-up.ts';
import { Truth } from './expected.ts';
import type { Stage } from './stage.ts';
import { firstCredits, walletIds } from './town.ts';
import { must } from './violation.ts';

export async function checkEnd(stage: Stage): Promise<void> {
  for (const record of stage.calls.values()) checkCall(stage, record);
  checkBalances(stage);
  checkCounters(stage);
  await checkLeftovers(stage);
  const { ledger } = stage.database;
  const report = await audit({ books: ledger.books, nowMs: stage.clock.now(), inFlightMs: 0 });
  must(report.incomplete.length === 0, 'the audit is incomplete', () => report.incomplete.join('; '));
  // A number that a full disk refused is free again only when it is the newest; if the process dies before the call that
  // kept it has settled at zero, nothing knows the number, and nothing was sent under it.
  const excused = new Set([...stage.refusedNumbers].map((gatewayId) => `gateway ${gatewayId}`));
  const twice = unitsOfOneCopy(stage);
  const findings = report.findings.filter(
    ({ check, subject }) =>
      !(check === 'dispatch' && excused.has(subject)) && !(check === 'counters' && twice.has(subject)),
  );
  const found = () => findings.map((each) => `${each.check}: ${each.subject}: ${each.message}`).join('; ');
  must(findings.length === 0, 'the audit found something', found);
  stage.probes.saw('receipts rated again', report.counts.rated);
}

// With the disk full a settlement is in memory only, and on its way to the database. When the process dies it is not
// known to the next one, which gives the same units out again; if it arrives after that, two calls were charged for them.
function unitsOfOneCopy({ calls, database }: Stage): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { requestId, final, given } of database.ledger.tables.registers.values()) {
    if (!final || calls.get(requestId)?.finalOnDisk) continue;
    for (const { scope, period } of given) found.add(`counter ${scope} ${period}`);
  }
  return found;
}

function checkCall(stage: Stage, record: CallRecord): void {
  const { requestId, dispatched, finalOnDisk, sendings, told, answered } = record;
  const register = stage.database.ledger.tables.registers.get(requestId);
  const about = () => `call ${record.no} (${requestId}, ${record.state}): ${JSON.stringify(register, plain)}`;
  if (!dispatched) {
    must(sendings.length === 0, 'sent before it was written down', about);
    must((register?.total ?? 0n) === 0n, 'charged and never sent', about);
    return;
  }
  must(register !== undefined, 'dispatched and not charged', about);
  if (!register) return;
  must(register.final || register.given.length === 0, 'an estimate has taken units of a counter', about);
  const counted = unitsRatedBy(stage, requestId, register.final);
  const truth = new Truth(record, stage.shelf, counted);
  if (finalOnDisk) must(register.final, 'settled, and the final word is lost', about);
  const allowed = register.final ? truth.finals() : truth.estimates();
  const due = allowed.find(({ charge, cost }) => charge === register.total && cost === register.cost);
  const instead = () => `${about()} instead of ${JSON.stringify(allowed, plain)}`;
  must(due !== undefined, 'charged something else than what was consumed', instead);
  if (!register.final)
    must(register.total <= record.held, 'an estimate beyond the hold', () => `${about()}, ${record.held} held`);
  // With the disk full there is one copy only, and it dies with the process.
  if (told !== undefined && (finalOnDisk || !stage.sawFullDisk)) {
    const charged = formatAmount(amount(register.total), currencyOf('usd'));
    must(told === charged, 'charged something else than the caller was told', () => `${about()}, told ${told}`);
  }
  if (answered && !stage.sawFullDisk) must(finalOnDisk !== undefined, 'answered before it was written down', about);
  if (due && due.adjustment !== 0n) stage.probes.saw('a threshold crossed');
  if (counted.length > 0) stage.probes.saw(register.final ? 'counted' : 'counted by an estimate');
  checkHangUp(record);
  probe(stage, record, register.final);
}

/** Of the word that counts: an estimate is rated by units, and takes none of them. */
function unitsRatedBy({ database }: Stage, requestId: string, final: boolean): UnitRanges {
  const word = [...database.ledger.tables.usageRecords.values()].findLast(
    ({ entry, applied }) => applied && entry.call.requestId === requestId && entry.final === final,
  );
  return allocationsOf(word?.entry.chargeReceipt.allocations).flatMap(({ ranges }) => ranges);
}

function checkBalances(stage: Stage): void {
  const { tables } = stage.database.ledger;
  for (const walletId of walletIds) {
    let balance = firstCredits[walletId];
    for (const payment of stage.topUps.values()) if (payment.walletId === walletId) balance += payment.amount;
    for (const { requestId, caller } of stage.calls.values()) {
      if (caller.walletId === walletId) balance -= tables.registers.get(requestId)?.total ?? 0n;
    }
    const booked = tables.wallets.get(walletId)?.balance;
    must(
      booked === balance,
      'a balance is not credits less charges',
      () => `${walletId}: ${String(booked)} instead of ${balance}`,
    );
  }
  for (const requestId of tables.registers.keys()) {
    must(stage.calls.has(requestId), 'charged for a call that nobody made', () => requestId);
  }
}

/** Each budget has been charged what its calls were, in the period in which their money was set aside. */
function checkCounters({ calls, database }: Stage): void {
  const { registers, counters } = database.ledger.tables;
  const expected = new Map<string, bigint>();
  for (const { requestId, budgets } of calls.values()) {
    const total = registers.get(requestId)?.total ?? 0n;
    for (const { scope, period } of budgets) {
      const key = `${scope} ${period}`;
      expected.set(key, (expected.get(key) ?? 0n) + total);
    }
  }
  for (const key of new Set([...expected.keys(), ...counters.keys()])) {
    const spent = counters.get(key)?.spent ?? 0n;
    const due = expected.get(key) ?? 0n;
    must(spent === due, 'a budget is not what its calls were charged', () => `${key}: ${spent} instead of ${due}`);
  }
}

async function checkLeftovers(stage: Stage): Promise<void> {
  const { store, shadow } = stage.kept;
  must((await store.outboxSize()) === 0, 'something still waits for the ledger', () => String(shadow.outbox.size));
  const { tables } = stage.database.ledger;
  for (const walletId of shadow.creditSeqs.keys()) {
    const view = await store.wallet(walletId);
    must(view?.held === 0n, 'a hold was left behind', () => `${walletId}: ${String(view?.held)}`);
    if (shadow.drifted.has(walletId)) continue;
    must(view?.balance === tables.wallets.get(walletId)?.balance, 'store and ledger differ at rest', () => walletId);
  }
  for (const counter of tables.unitCounters.values()) {
    const walletId = counter.scope.split(':')[1] ?? '';
    if (!shadow.creditSeqs.has(walletId) || shadow.drifted.has(walletId)) continue;
    const taken = await store.taken(counter);
    const what = () => `${counter.scope}: ${JSON.stringify([taken, counter.taken], plain)}`;
    must(isDeepStrictEqual(taken, counter.taken), 'store and ledger count differently at rest', what);
    stage.probes.saw('counters compared with the ledger');
  }
  if (stage.disk.keepsForgotten) return;
  const unfinished = await memoryJournal({ paper: stage.disk.paper }).unfinished();
  must(unfinished.length === 0, 'the journal keeps what the ledger has', () =>
    unfinished.map(({ call }) => call.requestId).join(', '),
  );
}

function probe({ probes }: Stage, record: CallRecord, final: boolean): void {
  const { sendings, posted, hungUpAtMs, held } = record;
  const last = posted.at(-1);
  probes.saw(final ? 'charged by its final word' : 'charged by an estimate');
  if (sendings.length > 1) probes.saw('tried more than once');
  if (new Set(sendings.map(({ provider }) => provider)).size > 1) probes.saw('answered by the second target');
  if (posted.length > 1) probes.saw('settled after it was reaped');
  if (hungUpAtMs !== undefined) probes.saw('caller hung up');
  if (last) probes.saw(`ended as ${last.outcome}`);
  if (last && last.total > held) probes.saw('charged more than was held');
  if (record.told !== undefined) probes.saw('caller was told the charge');
  if (record.state === 'crashed' && final) probes.saw('crashed, and charged by its final word');
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

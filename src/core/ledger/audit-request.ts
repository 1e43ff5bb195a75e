// All that was booked for one request adds up to its register, step by step, and every step has its usage record.
import { type Finding, findings } from './audit.ts';
import { rangesToJson } from '../usage/unit-range.ts';
import { chargeDifference, costsOf } from './adjustment.ts';
import type { AdjustmentRow, ChargeRow, RegisterRow, UsageRow } from './audit-rows.ts';
import { payeeOf } from './payee.ts';
import { unitKey, type UnitsGiven, unitsIn } from './unit-counter.ts';

export interface RequestBooks {
  readonly requestId: string;
  readonly register: RegisterRow | undefined;
  /** By seq. */
  readonly charges: readonly ChargeRow[];
  readonly usage: readonly UsageRow[];
  /** By seq. */
  readonly adjustments: readonly AdjustmentRow[];
}

export function auditRequest(books: RequestBooks): readonly Finding[] {
  const { register, charges, usage, adjustments } = books;
  const subject = `request ${books.requestId}`;
  if (!register) return findings(subject, [true, 'register', 'It has events or usage records, and no register.']);
  return [
    ...auditSum(subject, register, books),
    ...auditCosts(subject, register, books),
    ...auditSteps(subject, stepsOf(charges, adjustments), usage),
    ...auditLastWord(subject, register, books),
  ];
}

/** What moved the register, in order: an event of its own, or a line of an adjustment. */
type Step =
  | { readonly kind: 'charge'; readonly seq: bigint; readonly charge: ChargeRow }
  | { readonly kind: 'adjustment'; readonly seq: bigint; readonly line: AdjustmentRow };

function stepsOf(charges: readonly ChargeRow[], adjustments: readonly AdjustmentRow[]): readonly Step[] {
  const steps: readonly Step[] = [
    ...charges.map((charge) => ({ kind: 'charge', seq: charge.seq, charge }) as const),
    ...adjustments.map((line) => ({ kind: 'adjustment', seq: line.seq, line }) as const),
  ];
  return adjustments.length === 0 ? steps : steps.toSorted((one, two) => Number(one.seq - two.seq));
}

function auditSum(
  subject: string,
  register: RegisterRow,
  { charges, adjustments }: Pick<RequestBooks, 'charges' | 'adjustments'>,
): readonly Finding[] {
  const booked =
    charges.reduce((sum, charge) => sum - charge.amount, 0n) +
    adjustments.reduce((sum, line) => sum + chargeDifference(line), 0n);
  return findings(
    subject,
    [charges.length === 0, 'register', 'It has a register, and no event.'],
    [booked !== register.total, 'register', `Its events add up to ${booked}, and its register says ${register.total}.`],
    [
      [...charges, ...adjustments].some(({ walletId }) => walletId !== register.walletId),
      'register',
      `It was charged to another wallet than ${register.walletId}.`,
    ],
  );
}

function auditCosts(
  subject: string,
  register: RegisterRow,
  { charges, adjustments }: Pick<RequestBooks, 'charges' | 'adjustments'>,
): readonly Finding[] {
  const registered = `${register.provider} ${register.costCurrency}`;
  const owed = new Map<string, bigint>([[registered, 0n]]);
  const booked = [...charges.flatMap((charge) => charge.costs), ...costsOf(adjustments)];
  for (const { provider, currency, amount } of booked) {
    const payee = `${provider} ${currency}`;
    owed.set(payee, (owed.get(payee) ?? 0n) + amount);
  }
  return [...owed].flatMap(([payee, sum]) => {
    const expected = payee === registered ? register.cost : 0n;
    const message = `Its postings owe ${sum} to ${payee}, and its register says ${expected}.`;
    return findings(subject, [sum !== expected, 'register', message]);
  });
}

function auditSteps(subject: string, steps: readonly Step[], usage: readonly UsageRow[]): readonly Finding[] {
  const records = new Map(usage.map((record) => [record.eventId, record]));
  const booked = new Set<string>();
  const found: Finding[] = [];
  let total = 0n;
  for (const step of steps) {
    if (step.kind === 'charge') {
      const { eventId, amount } = step.charge;
      total -= amount;
      booked.add(eventId);
      found.push(...auditCharge(subject, { eventId, total }, records.get(eventId)));
    } else {
      const { before, after, rerateId } = step.line;
      const message = `Its re-rating ${rerateId} goes on from ${before.total}, and it had been charged ${total}.`;
      found.push(...findings(subject, [before.total !== total, 'adjustments', message]));
      total = after.total;
    }
  }
  const unbooked = usage.filter((record) => record.applied && !booked.has(record.eventId));
  return [
    ...found,
    ...unbooked.flatMap(({ eventId }) =>
      findings(subject, [true, 'usage', `Its usage record ${eventId} was booked, and there is no such event.`]),
    ),
  ];
}

function auditCharge(
  subject: string,
  { eventId, total }: { readonly eventId: string; readonly total: bigint },
  record: UsageRow | undefined,
): readonly Finding[] {
  return findings(
    subject,
    [record === undefined, 'usage', `Its event ${eventId} has no usage record.`],
    [record?.applied === false, 'usage', `Its event ${eventId} has a usage record that says it changed nothing.`],
    [
      record !== undefined && record.charge.total !== total,
      'register',
      `After its event ${eventId} it was charged ${total}, and the usage record says ${String(record?.charge.total)}.`,
    ],
  );
}

/** The register is the last applied word, and no better one was passed over. */
function auditLastWord(
  subject: string,
  register: RegisterRow,
  { charges, usage, adjustments }: RequestBooks,
): readonly Finding[] {
  const lastCharge = charges.at(-1);
  const last = usage.find((record) => record.eventId === lastCharge?.eventId);
  const line = adjustments.findLast(({ seq }) => lastCharge !== undefined && seq > lastCharge.seq);
  const given = last && unitsOf(last);
  const better = usage.filter(
    (record) => !record.applied && !register.final && (record.final || record.revision > register.revision),
  );
  return [
    ...findings(subject, [
      last !== undefined && !saysTheSame(register, last, line),
      'register',
      'Its register is not what the usage record of its last event says.',
    ]),
    ...findings(subject, [
      given !== undefined && given !== textOf(register.given),
      'register',
      'Its register was given other units than the receipts of its last event say.',
    ]),
    ...better.flatMap(({ eventId }) =>
      findings(subject, [
        true,
        'usage',
        `Its usage record ${eventId} is a better word than the one it was charged by.`,
      ]),
    ),
  ];
}

/** An adjustment after the last word changes what it comes to, and not which word it is. */
function saysTheSame(register: RegisterRow, record: UsageRow, line: AdjustmentRow | undefined): boolean {
  const { total, cost, costCurrency } = line?.after ?? {
    total: record.charge.total,
    cost: record.cost.total,
    costCurrency: record.cost.currency,
  };
  return (
    total === register.total &&
    cost === register.cost &&
    costCurrency === register.costCurrency &&
    payeeOf(record) === register.provider &&
    record.final === register.final &&
    record.revision === register.revision
  );
}

/** `undefined` for receipts that do not read, which the rating's own check tells. */
function unitsOf({ walletId, provider, charge, cost }: UsageRow): string | undefined {
  try {
    return textOf(unitsIn({ walletId, provider }, charge.receipt, cost.receipt));
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return undefined;
  }
}

function textOf(given: readonly UnitsGiven[]): string {
  const texts = given.map((each) => JSON.stringify([unitKey(each), rangesToJson(each.ranges)]));
  return texts.toSorted().join();
}

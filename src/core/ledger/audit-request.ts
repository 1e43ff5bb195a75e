// All that was booked for one request adds up to its register, step by step, and every step has its usage record.
import { type Finding, findings } from './audit.ts';
import type { ChargeRow, RegisterRow, UsageRow } from './audit-rows.ts';

export interface RequestBooks {
  readonly requestId: string;
  readonly register: RegisterRow | undefined;
  /** By seq. */
  readonly charges: readonly ChargeRow[];
  readonly usage: readonly UsageRow[];
}

export function auditRequest(books: RequestBooks): readonly Finding[] {
  const { register, charges, usage } = books;
  const subject = `request ${books.requestId}`;
  if (!register) return findings(subject, [true, 'register', 'It has events or usage records, and no register.']);
  return [
    ...auditSum(subject, register, charges),
    ...auditCosts(subject, register, charges),
    ...auditSteps(subject, charges, usage),
    ...auditLastWord(subject, register, charges, usage),
  ];
}

function auditSum(subject: string, register: RegisterRow, charges: readonly ChargeRow[]): readonly Finding[] {
  const booked = charges.reduce((sum, charge) => sum - charge.amount, 0n);
  return findings(
    subject,
    [charges.length === 0, 'register', 'It has a register, and no event.'],
    [booked !== register.total, 'register', `Its events add up to ${booked}, and its register says ${register.total}.`],
    [
      charges.some((charge) => charge.walletId !== register.walletId),
      'register',
      `It was charged to another wallet than ${register.walletId}.`,
    ],
  );
}

function auditCosts(subject: string, register: RegisterRow, charges: readonly ChargeRow[]): readonly Finding[] {
  const registered = `${register.provider} ${register.costCurrency}`;
  const owed = new Map<string, bigint>([[registered, 0n]]);
  for (const { provider, currency, amount } of charges.flatMap((charge) => charge.costs)) {
    const payee = `${provider} ${currency}`;
    owed.set(payee, (owed.get(payee) ?? 0n) + amount);
  }
  return [...owed].flatMap(([payee, sum]) => {
    const expected = payee === registered ? register.cost : 0n;
    const message = `Its postings owe ${sum} to ${payee}, and its register says ${expected}.`;
    return findings(subject, [sum !== expected, 'register', message]);
  });
}

function auditSteps(subject: string, charges: readonly ChargeRow[], usage: readonly UsageRow[]): readonly Finding[] {
  const records = new Map(usage.map((record) => [record.eventId, record]));
  const found: Finding[] = [];
  let total = 0n;
  for (const { eventId, amount } of charges) {
    total -= amount;
    const record = records.get(eventId);
    found.push(
      ...findings(
        subject,
        [record === undefined, 'usage', `Its event ${eventId} has no usage record.`],
        [record?.applied === false, 'usage', `Its event ${eventId} has a usage record that says it changed nothing.`],
        [
          record !== undefined && record.charge.total !== total,
          'register',
          `After its event ${eventId} it was charged ${total}, and the usage record says ${String(record?.charge.total)}.`,
        ],
      ),
    );
  }
  const booked = new Set(charges.map((charge) => charge.eventId));
  const unbooked = usage.filter((record) => record.applied && !booked.has(record.eventId));
  return [
    ...found,
    ...unbooked.flatMap(({ eventId }) =>
      findings(subject, [true, 'usage', `Its usage record ${eventId} was booked, and there is no such event.`]),
    ),
  ];
}

/** The register is the last applied word, and no better one was passed over. */
function auditLastWord(
  subject: string,
  register: RegisterRow,
  charges: readonly ChargeRow[],
  usage: readonly UsageRow[],
): readonly Finding[] {
  const lastEvent = charges.at(-1)?.eventId;
  const last = usage.find((record) => record.eventId === lastEvent);
  const better = usage.filter(
    (record) => !record.applied && !register.final && (record.final || record.revision > register.revision),
  );
  return [
    ...findings(subject, [
      last !== undefined && !saysTheSame(register, last),
      'register',
      'Its register is not what the usage record of its last event says.',
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

function saysTheSame(register: RegisterRow, record: UsageRow): boolean {
  return (
    record.charge.total === register.total &&
    record.cost.total === register.cost &&
    record.cost.currency === register.costCurrency &&
    record.provider === register.provider &&
    record.final === register.final &&
    record.revision === register.revision
  );
}

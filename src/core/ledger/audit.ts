// What an audit can find wrong. Its checks are pure, and are fed row by row.

export type AuditCheck =
  | 'seq'
  | 'balance-chain'
  | 'hash-chain'
  | 'head'
  | 'postings'
  | 'event-ids'
  | 'register'
  | 'usage'
  | 'rating'
  | 'dispatch'
  | 'counters'
  | 'top-ups'
  | 'adjustments'
  | 'fx';

export interface Finding {
  readonly check: AuditCheck;
  /** What it was found at: `wallet <id> seq 7`, `request <id>`, … */
  readonly subject: string;
  readonly message: string;
}

/** Collects what one check finds at one subject. */
export function findings(
  subject: string,
  ...found: readonly (readonly [wrong: boolean, check: AuditCheck, message: string])[]
): readonly Finding[] {
  return found.filter(([wrong]) => wrong).map(([, check, message]) => ({ check, subject, message }));
}

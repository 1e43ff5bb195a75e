// A promise of the house that did not hold.

export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

/** The rule that breaks when something throws what nobody foresaw. */
export const unexpected = 'something failed that must not fail';

export function must(holds: boolean, rule: string, what: () => string): void {
  if (!holds) throw new Violation(rule, what());
}

// A promise of the house that did not hold.

export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

export function must(holds: boolean, rule: string, what: () => string): void {
  if (!holds) throw new Violation(rule, what());
}

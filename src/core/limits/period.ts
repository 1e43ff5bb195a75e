// A budget's period has a name; a new period is a new counter, so there is nothing to reset and nothing that can fail to.

export type BudgetPeriod = 'day' | 'week' | 'month' | 'total';

const dayMs = 86_400_000;

/** In UTC: `2026-11-22`, `2026-W47` (ISO 8601), `2026-11`, `total`. */
export function periodId(period: BudgetPeriod, atMs: number): string {
  switch (period) {
    case 'day':
      return isoDate(atMs);
    case 'week':
      return isoWeek(atMs);
    case 'month':
      return isoDate(atMs).slice(0, 7);
    case 'total':
      return 'total';
  }
}

/** The instant at which the next period begins; `undefined` for `total`, which never ends. */
export function periodEnd(period: BudgetPeriod, atMs: number): number | undefined {
  const date = new Date(atMs);
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  switch (period) {
    case 'day':
      return midnight + dayMs;
    case 'week':
      return midnight + (7 - daysSinceMonday(date)) * dayMs;
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
    case 'total':
      return undefined;
  }
}

function isoDate(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

// ISO 8601: a week belongs to the year that has its Thursday.
function isoWeek(atMs: number): string {
  const date = new Date(atMs);
  const thursday = new Date(atMs + (3 - daysSinceMonday(date)) * dayMs);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * dayMs));
  return `${year}-W${String(week).padStart(2, '0')}`;
}

function daysSinceMonday(date: Date): number {
  return (date.getUTCDay() + 6) % 7;
}

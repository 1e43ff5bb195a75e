// From which day to which day a row counts. Days are UTC, the last one included.
import type { FieldProblem } from './read-row.ts';

export interface Days {
  readonly effective_date: string;
  readonly end_date: string | null;
}

export function dayProblems({ effective_date, end_date }: Days): readonly FieldProblem[] {
  return end_date !== null && end_date < effective_date
    ? [{ field: 'end_date', message: `It would end on ${end_date}, before it begins on ${effective_date}.` }]
    : [];
}

const dayMs = 86_400_000;

export function startOfDayMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The first instant after it. */
export function endOfDayMs(day: string): number {
  return startOfDayMs(day) + dayMs;
}

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Rows of one name, of which one at a time may count. */
export interface DatedRow extends Days {
  readonly id: string;
  readonly name: string;
}

/** The first of the coming rows that counts on the same day as a standing one, or as one that comes before it. */
export function firstOverlap(
  standing: readonly DatedRow[],
  coming: readonly DatedRow[],
): { readonly row: DatedRow; readonly other: DatedRow } | undefined {
  const byName = Map.groupBy(standing, ({ name }) => name);
  for (const row of coming) {
    const others = byName.get(row.name) ?? [];
    const other = others.find((each) => overlaps(each, row));
    if (other) return { row, other };
    byName.set(row.name, [...others, row]);
  }
  return undefined;
}

function overlaps(left: Days, right: Days): boolean {
  return (
    (left.end_date === null || left.end_date >= right.effective_date) &&
    (right.end_date === null || right.end_date >= left.effective_date)
  );
}

export function saidDays({ effective_date, end_date }: Days): string {
  return end_date === null ? `from ${effective_date} on` : `from ${effective_date} to ${end_date}`;
}

// Streams repeat what was counted so far: of each field the last value counts, and none is ever added to another.
import { type Fields, isFields } from './counts.ts';

/** `null` and what is absent say nothing, and leave what was said before. */
export function lastValues(said: Iterable<unknown>): Fields | undefined {
  let last: Record<string, unknown> | undefined;
  for (const fields of said) {
    if (isFields(fields)) last = overlay(last ?? {}, fields, depthMax);
  }
  return last;
}

const depthMax = 8;

function overlay(before: Fields, after: Fields, depth: number): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(after)) {
    if (value === undefined || value === null) continue;
    const known = merged[name];
    merged[name] = depth > 0 && isFields(known) && isFields(value) ? overlay(known, value, depth - 1) : value;
  }
  return merged;
}

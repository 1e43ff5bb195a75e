// Where in a payload its usage stands: in an answer, in the events of a stream, or alone.
import { type Fields, isFields } from './counts.ts';

/** The named part of an answer, also when that part is `null`; a payload without it is taken for the part itself. */
export function partOrWhole(payload: unknown, ...names: readonly string[]): unknown {
  if (!isFields(payload)) return payload;
  const name = names.find((each) => each in payload);
  return name === undefined ? payload : payload[name];
}

export function bodyOf(payload: unknown): Fields {
  return isFields(payload) ? payload : noFields;
}

/** Events of a stream: a list, or an object that holds it; `undefined` for an answer in one piece. */
export function eventsIn(payload: unknown): readonly unknown[] | undefined {
  const events: unknown = isFields(payload) ? payload['events'] : payload;
  return Array.isArray(events) ? (events as readonly unknown[]) : undefined;
}

/** Headers by their names in small letters; a payload that is nothing but headers is taken as such. */
export function headersOf(payload: unknown): Fields {
  const headers = partOrWhole(payload, 'headers');
  if (!isFields(headers)) return noFields;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value,
    ]),
  );
}

const noFields: Fields = {};

// What a case's prices are made of.
import { decimalOf } from '#core/usage/exact-json.ts';
import { isMeter, type Meter } from '#core/usage/meter.ts';
import { VectorError } from './vector.ts';

/** @throws VectorError for a name that counts nothing. */
export function meterAt(name: string, path: string): Meter {
  if (!isMeter(name)) throw new VectorError(`${path}: "${name}" is no meter`);
  return name;
}

/** @throws VectorError for what is no decimal. */
export function decimalAt(value: unknown, path: string): string {
  const text = decimalOf(value);
  if (text === undefined) throw new VectorError(`${path} is no decimal`);
  return text;
}

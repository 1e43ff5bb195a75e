// A case as it stands in the file: what was reported, what it is priced by, and what must come out.
import { type Fields, isFields } from '#core/usage/counts.ts';
import { allowanceFields } from './allowance.ts';

export interface Vector {
  readonly id: string;
  readonly shape: string;
  readonly model: string;
  readonly payload: unknown;
  readonly context: Fields;
  readonly prices: Fields;
  readonly expected: Fields;
}

export class VectorError extends Error {}

const described = ['id', 'provider', 'endpoint', 'shape', 'model', 'source', 'note', 'verified_against'];
const priced = [
  'prices_per_million',
  'unit_prices',
  'tiers',
  'schedule',
  'modifiers',
  'sub_prices_per_million',
  'sub_unit_prices',
  'price_currency',
  'fx',
  'price_plan',
  'rating_policy',
  ...allowanceFields,
];
const expectations = [
  'expected_unified',
  'expected_lines',
  'expected_cost_usd',
  'expected_cost_native',
  'expected_exact_fraction',
  'expected_error',
];
const known = new Set([...described, 'raw_usage', 'context', ...priced, ...expectations]);

/** @throws VectorError for what is no case, or asks for something that nobody would look at. */
export function readVector(value: unknown): Vector {
  if (!isFields(value)) throw new VectorError('a case is an object');
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new VectorError(`nobody reads ${unknown.join(', ')}`);
  if (!('raw_usage' in value)) throw new VectorError('raw_usage is missing');
  const missing = ['id', 'shape'].filter((name) => typeof value[name] !== 'string');
  if (missing.length > 0) throw new VectorError(`${missing.join(' and ')} must be text`);
  if (!expectations.some((name) => name in value)) throw new VectorError('nothing is expected of it');
  const text = (name: string) => (typeof value[name] === 'string' ? value[name] : '');
  return {
    id: text('id'),
    shape: text('shape'),
    model: text('model') || 'model',
    payload: liftedOut(value['raw_usage']),
    context: isFields(value['context']) ? value['context'] : {},
    prices: pick(value, priced),
    expected: pick(value, expectations),
  };
}

/** Parts of the answer beside its usage are written into it with an underscore: `_output` is the answer's `output`. */
function liftedOut(raw: unknown): unknown {
  if (!isFields(raw)) return raw;
  const beside = Object.entries(raw).filter(([name]) => name.startsWith('_'));
  if (beside.length === 0) return raw;
  const usage = Object.fromEntries(Object.entries(raw).filter(([name]) => !name.startsWith('_')));
  return { usage, ...Object.fromEntries(beside.map(([name, value]) => [name.slice(1), value])) };
}

function pick(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.filter((name) => name in fields).map((name) => [name, fields[name]]));
}

/** @throws VectorError naming fields that nobody reads. */
export function onlyFields(fields: Fields, names: readonly string[], path: string): void {
  const unknown = Object.keys(fields).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new VectorError(`nobody reads ${unknown.map((name) => `${path}.${name}`).join(', ')}`);
}

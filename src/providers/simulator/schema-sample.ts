import type { JsonObject } from './fields.ts';
import { isObject } from './fields.ts';

/** The smallest value that a JSON schema allows, as far as the schemas of tools and answers go. */
export function sampleOf(schema: unknown): unknown {
  return sample(schema, { root: schema, depth: 0, budget: { nodes: NODES_MAX } });
}

// A schema may refer to itself, and more than once: both its depth and its size have an end.
const DEPTH_MAX = 16;
const NODES_MAX = 10_000;
const ITEMS_MAX = 16;
const TEXT_LENGTH_MAX = 1024;

interface Place {
  readonly root: unknown;
  readonly depth: number;
  readonly budget: { nodes: number };
}

function sample(schema: unknown, place: Place): unknown {
  const { root, depth, budget } = place;
  budget.nodes -= 1;
  if (!isObject(schema) || depth > DEPTH_MAX || budget.nodes < 0) return null;
  const inner: Place = { root, depth: depth + 1, budget };
  if (typeof schema['$ref'] === 'string') return sample(resolve(schema['$ref'], root), inner);
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null;
  const [variant] = [schema['anyOf'], schema['oneOf'], schema['allOf']].filter(Array.isArray);
  if (variant !== undefined) return sample(variant[0], inner);
  return ofType(typeName(schema), schema, inner);
}

function typeName(schema: JsonObject): unknown {
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  return type ?? (isObject(schema['properties']) ? 'object' : 'string');
}

function ofType(type: unknown, schema: JsonObject, inner: Place): unknown {
  switch (type) {
    case 'object':
      return objectSample(schema, inner);
    case 'array':
      return Array.from({ length: bound(schema['minItems'], 0, ITEMS_MAX) }, () => sample(schema['items'], inner));
    case 'integer':
    case 'number':
      return numberSample(schema);
    case 'boolean':
      return true;
    case 'string':
      return 'sim'.padEnd(bound(schema['minLength'], 3, TEXT_LENGTH_MAX), '.').slice(0, maxLength(schema));
    default:
      return null;
  }
}

function objectSample(schema: JsonObject, inner: Place): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const names = required.filter((name) => typeof name === 'string');
  return Object.fromEntries(names.map((name) => [name, sample(properties[name] ?? {}, inner)]));
}

function numberSample(schema: JsonObject): number {
  const { minimum, exclusiveMinimum, maximum } = schema;
  const least = typeof minimum === 'number' ? Math.ceil(minimum) : undefined;
  const above = typeof exclusiveMinimum === 'number' ? Math.floor(exclusiveMinimum) + 1 : undefined;
  const most = typeof maximum === 'number' ? maximum : Infinity;
  return Math.min(Math.max(1, least ?? 1, above ?? 1), most);
}

function maxLength(schema: JsonObject): number {
  return bound(schema['maxLength'], TEXT_LENGTH_MAX, TEXT_LENGTH_MAX);
}

function bound(value: unknown, otherwise: number, max: number): number {
  return typeof value === 'number' && value >= 0 ? Math.min(value, max) : otherwise;
}

function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined;
  const steps = reference
    .slice(1)
    .split('/')
    .filter((step) => step !== '');
  return steps.reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), root);
}

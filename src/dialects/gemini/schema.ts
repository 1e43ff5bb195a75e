// The schemas of Gemini's dialect, which are those of OpenAPI 3.0, as JSON schemas.
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';

const depthMax = 64;

/** @throws NoCounterpart for what is nested beyond reading. */
export function jsonSchemaOf(schema: Fields, at: string, depth = 0): Fields {
  if (depth > depthMax) throw new NoCounterpart(at, 'is nested too deeply.');
  const inner = (value: unknown): unknown => (isFields(value) ? jsonSchemaOf(value, at, depth + 1) : value);
  const said: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(schema)) {
    const name = camelOf(written);
    // The order of properties is a hint for how they are written.
    if (value === null || value === undefined || name === 'nullable' || name === 'propertyOrdering') continue;
    if (name === 'properties') said[name] = isFields(value) ? mapped(value, inner) : value;
    else if (name === 'anyOf') said[name] = Array.isArray(value) ? value.map(inner) : value;
    else if (name === 'items' || name === 'additionalProperties') said[name] = inner(value);
    else if (name === 'type') said[name] = typeOf(value);
    else if (name === 'format' && value === 'enum') continue;
    else if (name === 'example') said['examples'] = [value];
    else said[name] = counts.has(name) ? countOf(value) : value;
  }
  return schema['nullable'] === true ? orNull(said) : said;
}

function camelOf(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Whole numbers of 64 bits are written as texts there. */
const counts: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
]);

function countOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

function typeOf(value: unknown): unknown {
  return Array.isArray(value) ? value.map(typeOf) : typeof value === 'string' ? value.toLowerCase() : value;
}

function mapped(fields: Fields, each: (value: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, each(value)]));
}

function orNull(schema: Fields): Fields {
  const { type, enum: values } = schema;
  const also = Array.isArray(values) ? { enum: [...(values as readonly unknown[]), null] } : {};
  if (typeof type === 'string') return { ...schema, ...also, type: [type, 'null'] };
  const choices = schema['anyOf'];
  return Array.isArray(choices) ? { ...schema, anyOf: [...(choices as readonly unknown[]), { type: 'null' }] } : schema;
}

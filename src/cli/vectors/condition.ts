// The names under which cases speak of a call's facts.
import type { PriceCondition, PromptTokenRange } from '#core/pricing/component.ts';
import { switchFacts, textFacts } from '#core/pricing/condition.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import { onlyFields, VectorError } from './vector.ts';

export type FactName = Exclude<keyof CallFacts, 'occurred_at'>;

const otherNames: Readonly<Record<string, FactName>> = {
  seconds: 'duration',
  SR: 'resolution',
  search_context_size: 'search_context',
  inference_geo: 'region',
  tier: 'service_tier',
  enable_thinking: 'thinking',
  sound: 'audio',
  with_audio: 'audio',
  generate_audio: 'audio',
  mode: 'quality',
  rendering_speed: 'quality',
  dimensions: 'size',
};

export function factName(name: string): FactName | undefined {
  if (Object.hasOwn(otherNames, name)) return otherNames[name];
  return [...textFacts, ...switchFacts].find((fact) => fact === name);
}

/** A number of lines is a resolution. */
export function factText(name: string, value: unknown): string | undefined {
  const text = typeof value === 'string' ? value : decimalOf(value);
  return name === 'SR' && text !== undefined && /^\d+$/.test(text) ? `${text}p` : text;
}

/** @throws VectorError for a condition that no fact can meet. */
export function conditionIn(fields: Fields, path: string): PriceCondition | undefined {
  const condition: Record<string, unknown> = {};
  for (const [name, wanted] of Object.entries(fields)) {
    if (name === 'prompt_tokens') condition['prompt_tokens'] = rangeIn(wanted, `${path}.prompt_tokens`);
    else condition[knownFact(name, path)] = factWanted(name, wanted, path);
  }
  return Object.keys(condition).length === 0 ? undefined : condition;
}

function knownFact(name: string, path: string): FactName {
  const fact = factName(name);
  if (fact === undefined) throw new VectorError(`${path}.${name} is no fact of a call`);
  return fact;
}

function factWanted(name: string, wanted: unknown, path: string): boolean | readonly string[] {
  const isSwitch = switchFacts.some((fact) => fact === factName(name));
  if (isSwitch) {
    if (typeof wanted === 'boolean') return wanted;
    if (wanted === 'on' || wanted === 'off') return wanted === 'on';
    throw new VectorError(`${path}.${name} is neither true nor false`);
  }
  const texts = (Array.isArray(wanted) ? wanted : [wanted]).map((value) => factText(name, value));
  const readable = texts.filter((text) => text !== undefined);
  if (readable.length !== texts.length || texts.length === 0) throw new VectorError(`${path}.${name} is no text`);
  return readable;
}

function rangeIn(value: unknown, path: string): PromptTokenRange {
  if (!isFields(value)) throw new VectorError(`${path} is no range`);
  onlyFields(value, ['gt', 'gte', 'lt', 'lte'], path);
  return Object.fromEntries(
    Object.entries(value).map(([operator, bound]) => {
      const count = Number(decimalOf(bound));
      if (!Number.isSafeInteger(count)) throw new VectorError(`${path}.${operator} is no count`);
      return [operator, count];
    }),
  );
}

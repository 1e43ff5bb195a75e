// What is known of a case's call from outside its payload.
import { dividedBy, parseDecimal } from '#core/money/rational.ts';
import { exactText } from '#core/pricing/decimal.ts';
import { switchFacts } from '#core/pricing/condition.ts';
import type { Counted } from '#core/usage/complete.ts';
import { type Fields, isFields, wordOf } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import { factsOf } from '#core/usage/facts.ts';
import type { Asked } from '#core/usage/normalizer.ts';
import { unitOf } from '#core/usage/unit-meter.ts';
import { isUnitMeter } from '#core/usage/meter.ts';
import type { CallFacts } from '#core/usage/usage.ts';
import { allowanceFields } from './allowance.ts';
import { factName, factText } from './condition.ts';
import type { Vector } from './vector.ts';

const noon = '2026-11-16T12:00:00Z';

/** The tier that served counts; the one that was asked for, only where nobody says what it was served by. */
export function factsOfCall({ context }: Vector, reported: Partial<CallFacts>): CallFacts {
  const served = wordOf(context, 'response_service_tier') ?? reported.service_tier ?? wordOf(context, 'service_tier');
  const service_tier = served ?? wordOf(context, 'request_service_tier');
  return {
    ...asFacts({ ...paramsIn(context), ...context }),
    ...reported,
    ...factsOf({ service_tier, batch: context['batch'] === true || reported.batch === true ? true : undefined }),
    occurred_at: wordOf(context, 'occurred_at') ?? noon,
  };
}

function asFacts(fields: Fields): Partial<CallFacts> {
  const facts: Record<string, string | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    const fact = factName(name);
    if (fact === undefined) continue;
    const isSwitch = switchFacts.some((each) => each === fact);
    const known = isSwitch ? switchIn(value) : factText(name, value);
    if (known !== undefined) facts[fact] = known;
  }
  return facts;
}

function switchIn(value: unknown): boolean | undefined {
  if (value === 'on' || value === 'off') return value === 'on';
  return typeof value === 'boolean' ? value : undefined;
}

/** A price may be what says which of several measures of the work is billed. */
export function askedOf({ context, prices, model }: Vector): Asked {
  const params = paramsIn(context);
  const units = isFields(prices['unit_prices']) ? prices['unit_prices'] : {};
  const search = isFields(units['web_search_call']) ? units['web_search_call'] : {};
  const credit = isFields(units['credit']) ? units['credit'] : {};
  const meters = Object.keys(units).filter(isUnitMeter);
  const [meter] = meters.length === 1 ? meters : [];
  const countBy = search['count_by'];
  return {
    model,
    results: countIn(params, 'n') ?? countIn(context, 'n'),
    references: referencesIn(params),
    characters: countIn(params, 'input_characters') ?? codePointsIn(params),
    seconds: decimalOf(params['seconds']) ?? decimalOf(params['duration']) ?? decimalOf(context['seconds']),
    unit: unitIn(wordOf(params, 'unit')) ?? (meter && unitOf(meter)),
    meter,
    countSearchesBy: countBy === 'prompt' || countBy === 'query' ? countBy : undefined,
    creditsPerResult: decimalOf(credit['units_per_image']),
    usdPerCredit: usdPer(credit),
  };
}

function unitIn(word: string | undefined): Asked['unit'] {
  return word === undefined ? undefined : (unitOf(word) ?? undefined);
}

function usdPer(credit: Fields): string | undefined {
  const [price, per] = [decimalOf(credit['price']), decimalOf(credit['per'] ?? 1)];
  if (price === undefined || per === undefined || per === '0') return undefined;
  return exactText(dividedBy(parseDecimal(price), parseDecimal(per)));
}

/** What was counted by us, for what the provider did not say. */
export function estimateOf({ context }: Vector): Counted | undefined {
  const estimate = isFields(context['estimate']) ? context['estimate'] : estimatedBeside(context);
  if (estimate === undefined) return undefined;
  const prompt_tokens = countIn(estimate, 'prompt_tokens') ?? 0;
  const completion_tokens = countIn(estimate, 'completion_tokens') ?? 0;
  return { prompt_tokens, completion_tokens, method: wordOf(estimate, 'method') ?? 'local_tokenizer' };
}

function estimatedBeside(context: Fields): Fields | undefined {
  const { estimated_prompt_tokens: prompt_tokens, estimated_completion_tokens: completion_tokens } = context;
  if (prompt_tokens === undefined && completion_tokens === undefined) return undefined;
  return { prompt_tokens, completion_tokens };
}

/** An answer from the gateway's own cache has a usage, and nobody is charged for it. */
export function isBillable({ context }: Vector): boolean {
  return context['billable'] !== false && cacheHits.every((name) => context[name] !== true);
}

const cacheHits = ['gateway_cache_hit', 'response_cache_hit', 'cache_hit'];

/** What was said of the call and meets nothing: no error by itself, and a reason to look at when something is wrong. */
export function unreadContext({ context }: Vector): readonly string[] {
  const known = new Set([
    'estimate',
    'params',
    'n',
    'seconds',
    'request_service_tier',
    'response_service_tier',
    'occurred_at',
    'billable',
    'estimated_prompt_tokens',
    'estimated_completion_tokens',
    ...cacheHits,
    ...allowanceFields,
  ]);
  return Object.keys(context).filter((name) => !known.has(name) && factName(name) === undefined);
}

function paramsIn(context: Fields): Fields {
  return isFields(context['params']) ? context['params'] : {};
}

function countIn(fields: Fields, name: string): number | undefined {
  const count = Number(decimalOf(fields[name]));
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

function referencesIn(params: Fields): number | undefined {
  const said = ['reference_images', 'references', 'input_images'].map((name) => params[name] ?? undefined);
  const [first] = said.filter((value) => value !== undefined);
  return Array.isArray(first) ? first.length : countIn({ first }, 'first');
}

function codePointsIn(params: Fields): number | undefined {
  const text = ['input', 'input_text', 'text'].map((name) => params[name]).find((value) => typeof value === 'string');
  return text === undefined ? undefined : Array.from(text).length;
}

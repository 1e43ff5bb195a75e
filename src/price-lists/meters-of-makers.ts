// Where makers differ in what a word of a list means.
import type { PriceCondition } from '#core/pricing/component.ts';
import type { Meter } from '#core/usage/meter.ts';

/** A list that names one price for writing to the cache means the shortest lifetime of makers that bill several. */
export function cacheWriteMeter(provider: string, model: string): Meter {
  return provider === 'anthropic' || model.includes('claude') ? 'cache_write_5m' : 'cache_write';
}

/** Most makers mean "more than"; one counts the threshold itself as long. */
export function longPrompt(provider: string, model: string, tokens: number): PriceCondition {
  const inclusive = provider === 'xai' || model.startsWith('x-ai/') || /(?:^|[/.])grok/.test(model);
  return { prompt_tokens: inclusive ? { gte: tokens } : { gt: tokens } };
}

const movingNames: ReadonlySet<string> = new Set(['deepseek-chat', 'deepseek-reasoner', 'chatgpt-4o-latest']);

/** A name without "latest" in it that is given to another model from time to time all the same. */
export function isMovingName(model: string): boolean {
  return movingNames.has(model.slice(model.lastIndexOf('/') + 1));
}

/** A whole number of tokens, as a list writes it. */
export function tokensIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

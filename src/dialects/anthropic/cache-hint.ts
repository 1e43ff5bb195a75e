// Where a prompt may be kept, as Anthropic's dialect marks it.
import type { CacheHint } from '#core/call/chat.ts';
import { NoCounterpart } from '#core/call/untranslatable.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';

/** @throws NoCounterpart for a mark that is not among those that are documented. */
export function cacheHintOf({ cache_control: mark }: Fields, at: string): { readonly cache?: CacheHint } {
  if (mark === undefined || mark === null) return {};
  if (!isFields(mark) || mark['type'] !== 'ephemeral') throw new NoCounterpart(`${at}.cache_control`);
  const { ttl = '5m' } = mark;
  if (ttl !== '5m' && ttl !== '1h') throw new NoCounterpart(`${at}.cache_control.ttl`);
  return { cache: ttl };
}

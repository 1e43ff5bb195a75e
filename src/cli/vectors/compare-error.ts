// What keeps a call from being charged in full, in the words that cases have for it.
import type { Receipt } from '#core/pricing/receipt.ts';
import type { Fields } from '#core/usage/counts.ts';
import type { Usage } from '#core/usage/usage.ts';
import { words } from './words.ts';

type Kind = 'invalid' | 'missing' | 'unpriced' | 'no_rate';

interface Came {
  readonly usage: Usage;
  readonly usd: Receipt | undefined;
  readonly native: Receipt;
}

/** An error that is expected must come, and none that is not. */
export function errorDifferences(expected: Fields, came: Came): readonly string[] {
  const word = expected['expected_error'];
  const kinds = kindsIn(came);
  if (word === undefined || word === null) {
    const wanted = expected['expected_cost_usd'] ?? expected['expected_cost_native'];
    const wrong = kinds.filter((kind) => kind !== 'no_rate');
    if (wanted === undefined || wanted === null || wrong.length === 0) return [];
    const { unpriced, problems } = came.native;
    return [`nothing is expected to be wrong, and it is ${[...wrong, ...unpriced, ...problems].join(', ')}`];
  }
  const kind = kindOf(words(word));
  if (kind === undefined) return [`expected_error: "${words(word)}" is no error that is known`];
  return kinds.includes(kind) ? [] : [`expected_error: ${kinds.join(', ') || 'none'}, expected ${words(word)}`];
}

function kindsIn({ usage, native, usd }: Came): readonly Kind[] {
  const found: readonly (readonly [Kind, boolean])[] = [
    ['invalid', usage.status === 'invalid' || native.problems.some((problem) => problem !== 'usage_missing')],
    ['missing', native.problems.includes('usage_missing')],
    ['unpriced', native.unpriced.length > 0],
    ['no_rate', usd === undefined],
  ];
  return found.filter(([, is]) => is).map(([kind]) => kind);
}

function kindOf(word: string): Kind | undefined {
  const text = word.toLowerCase();
  if (/unpriced|no.?price|price.?missing|missing.?price/.test(text)) return 'unpriced';
  if (/\bfx|exchange|conversion/.test(text)) return 'no_rate';
  if (/invalid|negative|fraction|exceed|subset|overfull|quarantine|integer/.test(text)) return 'invalid';
  return /missing|unknown|absent|null/.test(text) ? 'missing' : undefined;
}

// What a call consumes as far as can be said before it is made: its charge when nobody says more afterwards.
import type { Quantities } from './record.ts';
import { type CompletionTokensDetails, estimatedUsage, type Usage } from './usage.ts';

export interface Expected {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** What all of its output is made of, if not of text. */
  readonly made?: keyof Pick<CompletionTokensDetails, 'image_tokens' | 'audio_tokens' | 'video_tokens'>;
  readonly quantities: Quantities;
}

export function expectedTokens({ promptTokens, completionTokens, made }: Expected) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(made && completionTokens > 0 && { completion_tokens_details: { [made]: completionTokens } }),
  };
}

export function expectedUsage(expected: Expected, method: string, raw: unknown): Usage {
  const { promptTokens, completionTokens, quantities } = expected;
  const counted = { prompt_tokens: promptTokens, completion_tokens: completionTokens, method, raw };
  const some = Object.keys(quantities).length > 0;
  return { ...estimatedUsage(counted), ...expectedTokens(expected), ...(some && { quantities }) };
}

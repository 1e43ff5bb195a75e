/** One alternative of an answer, already cut into tokens. */
export interface Choice {
  readonly parts: readonly Part[];
  readonly finish: FinishReason;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls';

export type Part =
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | {
      readonly kind: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly pieces: readonly string[];
      /** It takes text, and no arguments. */
      readonly plain?: boolean;
    };

/** Of a tool call only the arguments are counted, so that tokens and streamed pieces are the same number. */
export function choiceTokens(choice: Choice): number {
  return choice.parts.reduce((sum, part) => sum + part.pieces.length, 0);
}

export function totalTokens(choices: readonly Choice[]): number {
  return choices.reduce((sum, choice) => sum + choiceTokens(choice), 0);
}

/** The choice as far as so many tokens go. */
export function cutChoice(choice: Choice, tokensMax: number): Choice {
  if (choiceTokens(choice) <= tokensMax) return choice;
  const parts: Part[] = [];
  let left = tokensMax;
  for (const part of choice.parts) {
    if (left <= 0) break;
    parts.push({ ...part, pieces: part.pieces.slice(0, left) });
    left -= part.pieces.length;
  }
  return { parts, finish: 'length' };
}

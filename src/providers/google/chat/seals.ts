// Where Gemini's models ask for the seals of what they thought.
import type { Target } from '#core/catalog/catalog.ts';

/** Its maker takes these words for a seal where none can be: on calls that another model has made. */
export const noSeal = 'skip_thought_signature_validator';

/** From the third generation on the first call of a turn must be sealed. */
export function needsSeals({ model }: Target): boolean {
  return /gemini-(?:[3-9]|\d\d)/.test(model);
}

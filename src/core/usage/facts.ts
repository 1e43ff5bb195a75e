// The facts of a call that a price's conditions may look at.
import type { CallFacts } from './usage.ts';

type PossibleFacts = { readonly [Name in keyof CallFacts]?: CallFacts[Name] | undefined };

/** Only what is known; what is served by the batch is a batch, whichever way it was said. */
export function factsOf(possible: PossibleFacts): Partial<CallFacts> {
  const known = Object.fromEntries(Object.entries(possible).filter(([, value]) => value !== undefined));
  return possible.service_tier === 'batch' ? { ...known, batch: true } : known;
}

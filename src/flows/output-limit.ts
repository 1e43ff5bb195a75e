// How much a call may answer: what is held for it, and what its target allows.
import type { OpenCall } from './dispatch.ts';
import type { PricedTarget } from './fare.ts';

/** Per choice. A stream that buys as it goes may go on to the end; every other call must end at what is held. */
export function outputLimitOf({ fare, held }: Pick<OpenCall, 'fare' | 'held'>): number {
  return held.sliced ? fare.outputTokensMax : held.outputTokens;
}

/** What that target is told. */
export function targetLimitOf(open: OpenCall, { target, call }: PricedTarget): number {
  return Math.min(outputLimitOf(open), target.maxOutputTokens ?? Infinity, call.outputLimit ?? Infinity);
}

// What a provider's own words become: one record, and the facts that a price's conditions may look at.
import type { UnitMeter } from './meter.ts';
import type { CallFacts, Usage, UsageUnit } from './usage.ts';

export interface Normalized {
  readonly usage: Usage;
  readonly facts: Partial<CallFacts>;
}

/** What is known of a call from outside the payload: most media answers do not say how much was made. */
export interface Asked {
  readonly model?: string | undefined;
  /** How many results. */
  readonly results?: number | undefined;
  /** Pictures that went in to be followed. */
  readonly references?: number | undefined;
  /** Unicode code points of the text to be spoken. */
  readonly characters?: number | undefined;
  /** Decimal text: the length that was asked for. */
  readonly seconds?: string | undefined;
  /** What the price counts, where the answer leaves it open. */
  readonly unit?: UsageUnit | undefined;
  readonly meter?: UnitMeter | undefined;
  /** Whether each search is billed, or the prompt that searched. */
  readonly countSearchesBy?: 'query' | 'prompt' | undefined;
  /** Decimal text, where a provider bills its own credits. */
  readonly creditsPerResult?: string | undefined;
  readonly usdPerCredit?: string | undefined;
}

/** Pure: the same payload gives the same record. It never throws, whatever the payload is. */
export type Normalizer = (payload: unknown, asked: Asked) => Normalized;

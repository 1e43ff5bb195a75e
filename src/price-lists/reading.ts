// What is gathered while a list is read: prices in our words, and by name what our words cannot say.
import type { ModelKind } from '#core/catalog/catalog.ts';
import type { PriceCondition } from '#core/pricing/component.ts';
import type { Candidate, Doubt } from '#core/price-sync/candidate.ts';
import { shiftDecimal } from '#core/money/decimal-text.ts';
import { isTokenMeter, isToolMeter, type Meter } from '#core/usage/meter.ts';
import { isMovingName } from './meters-of-makers.ts';

export interface ListFile {
  /** Its name without folders; some lists say only there whose prices they are. */
  readonly name: string;
  readonly text: string;
}

/** A field that was read and cannot be proposed: how often, and where first. */
export interface Unexpressed {
  readonly source: string;
  readonly field: string;
  readonly why: string;
  readonly count: number;
  readonly example: string;
}

export interface ListReading {
  readonly models: number;
  readonly candidates: readonly Candidate[];
  readonly unexpressed: readonly Unexpressed[];
}

export interface SaidPrice {
  readonly provider: string;
  readonly model: string;
  readonly kind?: ModelKind | undefined;
  readonly meter: Meter;
  /** As it stands in the list. */
  readonly text: string;
  /** How far the point stands from major units of the currency per single unit: -2 for cents, -6 for "per million". */
  readonly scale: number;
  readonly currency: string;
  readonly when?: PriceCondition | undefined;
  readonly starts?: string | undefined;
  readonly field: string;
  readonly doubts?: readonly Doubt[];
}

export class Reading {
  readonly #source: string;
  readonly #models = new Set<string>();
  readonly #candidates: Candidate[] = [];
  readonly #unexpressed = new Map<string, { field: string; why: string; count: number; example: string }>();

  constructor(source: string) {
    this.#source = source;
  }

  price({ text, scale, kind, when, starts, doubts: own = [], ...said }: SaidPrice): void {
    const doubts: readonly Doubt[] = isMovingName(said.model) ? [...own, 'moving_name'] : own;
    this.#models.add(`${said.provider} ${said.model}`);
    const { per, places } = usualQuantity(said.meter);
    this.#candidates.push({
      ...said,
      source: this.#source,
      // What does not read as a number goes on as it is, to be rejected by name.
      price: shiftDecimal(text, scale + places) ?? text.slice(0, unreadableTextMax),
      per,
      ...(kind === undefined ? {} : { kind }),
      ...(when === undefined || Object.keys(when).length === 0 ? {} : { when }),
      ...(starts === undefined ? {} : { starts }),
      ...(doubts.length === 0 ? {} : { doubts }),
    });
  }

  leave(field: string, why: string, example: string): void {
    const key = `${field}\n${why}`;
    const known = this.#unexpressed.get(key);
    if (known) known.count += 1;
    else this.#unexpressed.set(key, { field, why, count: 1, example });
  }

  /** What was gathered so far. */
  get candidates(): readonly Candidate[] {
    return this.#candidates;
  }

  done(): ListReading {
    return {
      models: this.#models.size,
      candidates: withoutRepeats(this.#candidates),
      unexpressed: [...this.#unexpressed.values()].map((each) => ({ source: this.#source, ...each })),
    };
  }
}

const unreadableTextMax = 40;

/** The quantity that people name this meter's price for. */
function usualQuantity(meter: Meter): { readonly per: string; readonly places: number } {
  if (isTokenMeter(meter) || meter === 'character') return { per: '1000000', places: 6 };
  if (isToolMeter(meter) && meter !== 'code_session' && meter !== 'gb_day') return { per: '1000', places: 3 };
  return { per: '1', places: 0 };
}

// Many lists say the same thing in two fields.
function withoutRepeats(candidates: readonly Candidate[]): readonly Candidate[] {
  const known = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { field: _, ...said } = candidate;
    const key = JSON.stringify(said);
    if (!known.has(key)) known.set(key, candidate);
  }
  return [...known.values()];
}

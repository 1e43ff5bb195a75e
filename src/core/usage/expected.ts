// What a call consumes as far as can be said before it is made: its charge when nobody says more afterwards.
import type { Quantities } from './record.ts';

export interface Expected {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly quantities: Quantities;
}

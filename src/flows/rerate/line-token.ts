// What an operator was shown, as one text: the same lines give the same text, in whatever order, booked already or not.
import { createHash } from 'node:crypto';
import type { PinnedPrice, PricePins } from '#core/ledger/entry.ts';
import type { BookedSums, RerateScope } from '#ports/rerating.ts';

export interface ShownLine {
  readonly requestId: string;
  readonly recordId: string;
  readonly before: BookedSums;
  readonly after: BookedSums;
  readonly pins: PricePins;
}

export function lineHash({ requestId, recordId, before, after, pins }: ShownLine): string {
  const sums = [before, after].flatMap(({ total, cost, costCurrency }) => [`${total}`, `${cost}`, costCurrency]);
  const parts = [requestId, recordId, ...sums, ...pinParts(pins.charge), ...pinParts(pins.cost)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function pinParts({ versionId, currency, conversion }: PinnedPrice): readonly (string | null)[] {
  return [versionId, currency, conversion?.fxRateId ?? null, conversion?.rate ?? null];
}

const modulus = 1n << 256n;

export class TokenMaker {
  #lines = 0;
  #sum = 0n;

  add(hash: string): void {
    this.#lines += 1;
    this.#sum = (this.#sum + BigInt(`0x${hash}`)) % modulus;
  }

  get lines(): number {
    return this.#lines;
  }

  tokenOf({ fromMs, toMs, model, organizationId }: RerateScope): string {
    const parts = [fromMs, toMs, model ?? null, organizationId ?? null, this.#lines, this.#sum.toString(16)];
    return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  }
}

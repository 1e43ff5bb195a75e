// The charge of a call from which nobody came back: what was last written down of it, marked as an estimate.
import { createHash } from 'node:crypto';
import { agreedBy } from '#core/ledger/agreed.ts';
import type { ChargeEntry, DispatchedCall, PinnedPrice } from '#core/ledger/entry.ts';
import { currencyOf } from '#core/money/currency.ts';
import { parseExact } from '#core/money/rational.ts';
import { asCharged, preparePrice } from '#core/pricing/prepare.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import type { Terms } from '#core/pricing/terms.ts';
import { expectedUsage } from '#core/usage/expected.ts';
import { estimatedUsage, type Usage } from '#core/usage/usage.ts';
import type { Directory } from '#ports/directory.ts';
import type { Checkpoint } from '#ports/fast-store.ts';
import type { UnitsForNow } from './estimate-units.ts';
import { entryOf, unbilled, unitsFor } from './settle.ts';

export interface Unreturned {
  readonly call: DispatchedCall;
  readonly checkpoint?: Checkpoint | undefined;
}

export interface Estimating {
  readonly nowMs: number;
  readonly units: UnitsForNow;
}

/** Rejects when the directory is out of reach, or does not know a version that a call has pinned. */
export async function estimateEntries(
  directory: Pick<Directory, 'priceVersions'>,
  unreturned: readonly Unreturned[],
  { nowMs, units }: Estimating,
): Promise<readonly ChargeEntry[]> {
  const ids = new Set(unreturned.flatMap(({ call }) => [call.pins.charge.versionId, call.pins.cost.versionId]));
  const versions = new Map((await directory.priceVersions([...ids])).map((version) => [version.id, version]));
  const entries: ChargeEntry[] = [];
  for (const { call, checkpoint } of unreturned) {
    const usage = call.cached ? unbilled('cache_hit') : usageSoFar(call, checkpoint);
    const { charge, cost } = pinnedTerms(call, versions);
    const said = { eventId: eventIdOf('estimate', call.requestId), endedAt: nowMs, final: false, revision: 1 };
    const given = await unitsFor(call, { usage, charge, cost }, (wanted) => units.give(wanted));
    units.keepApart(given);
    entries.push(entryOf(call, { usage, charge, cost, given, outcome: 'reaped', attempts: [] }, said));
  }
  return entries;
}

/** Of a job nobody can say how far it was: it may be done, and then it is billed whole. */
function usageSoFar(call: DispatchedCall, checkpoint: Checkpoint | undefined): Usage {
  const { job, expected, promptTokensEstimate } = call;
  const known = checkpoint ? 'last_checkpoint' : 'dispatch';
  if (expected) return expectedUsage(expected, known, null);
  const counted = estimatedUsage({
    prompt_tokens: checkpoint?.promptTokens ?? job?.tokens?.prompt ?? promptTokensEstimate,
    completion_tokens: checkpoint?.completionTokens ?? job?.tokens?.completion ?? 0,
    method: job ? 'job' : known,
    raw: null,
  });
  return job ? { ...counted, quantities: job.quantities } : counted;
}

/** @throws Error for a pin whose version is not among them. */
export function pinnedTerms({ pins }: DispatchedCall, versions: ReadonlyMap<string, PriceVersion>) {
  const charge = termsOf(pins.charge, versions);
  return { charge: { ...charge, price: asCharged(charge.price) }, cost: termsOf(pins.cost, versions) };
}

/** @throws Error for a pin whose version is not among them. */
export function termsOf(pin: PinnedPrice, versions: ReadonlyMap<string, PriceVersion>): Terms {
  const version = versions.get(pin.versionId);
  if (!version)
    throw new Error(`The price version ${pin.versionId}, which a call has pinned, is not in the price book.`);
  const price = preparePrice(version);
  const agreed = agreedBy(pin);
  if (!pin.conversion) return { price, ...agreed };
  const { fxRateId, rate } = pin.conversion;
  return { price, ...agreed, conversion: { fxRateId, rate: parseExact(rate), to: currencyOf(pin.currency) } };
}

/** Of a request's own making, so that whoever says this word of it again says the same thing (RFC 9562, version 8). */
export function eventIdOf(word: 'estimate' | 'final', requestId: string): string {
  const hex = createHash('sha256').update(`${word} ${requestId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

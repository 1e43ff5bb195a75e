// The charge of a call from which nobody came back: what was last written down of it, marked as an estimate.
import { createHash } from 'node:crypto';
import type { ChargeEntry, DispatchedCall, PinnedPrice } from '#core/ledger/entry.ts';
import { currencyOf } from '#core/money/currency.ts';
import { parseExact } from '#core/money/rational.ts';
import { preparePrice } from '#core/pricing/prepare.ts';
import type { PriceVersion } from '#core/pricing/component.ts';
import type { Terms } from '#core/pricing/rate.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import type { Directory } from '#ports/directory.ts';
import type { Checkpoint } from '#ports/fast-store.ts';
import { entryOf } from './settle.ts';

export interface Unreturned {
  readonly call: DispatchedCall;
  readonly checkpoint?: Checkpoint | undefined;
}

/** Rejects when the directory is out of reach, or does not know a version that a call has pinned. */
export async function estimateEntries(
  directory: Directory,
  unreturned: readonly Unreturned[],
  nowMs: number,
): Promise<readonly ChargeEntry[]> {
  const ids = new Set(unreturned.flatMap(({ call }) => [call.pins.charge.versionId, call.pins.cost.versionId]));
  const versions = new Map((await directory.priceVersions([...ids])).map((version) => [version.id, version]));
  return unreturned.map(({ call, checkpoint }) => {
    const usage = estimatedUsage({
      prompt_tokens: checkpoint?.promptTokens ?? call.promptTokensEstimate,
      completion_tokens: checkpoint?.completionTokens ?? 0,
      method: checkpoint ? 'last_checkpoint' : 'dispatch',
      raw: null,
    });
    const charge = termsOf(call.pins.charge, versions);
    const cost = termsOf(call.pins.cost, versions);
    const said = { eventId: estimateEventId(call.requestId), endedAt: nowMs, final: false, revision: 1 };
    return entryOf(call, { usage, charge, cost, outcome: 'reaped', attempts: [] }, said);
  });
}

/** @throws Error for a pin whose version is not among them. */
export function termsOf(pin: PinnedPrice, versions: ReadonlyMap<string, PriceVersion>): Terms {
  const version = versions.get(pin.versionId);
  if (!version)
    throw new Error(`The price version ${pin.versionId}, which a call has pinned, is not in the price book.`);
  const price = preparePrice(version);
  if (!pin.conversion) return { price };
  const { fxRateId, rate } = pin.conversion;
  return { price, conversion: { fxRateId, rate: parseExact(rate), to: currencyOf(pin.currency) } };
}

// Of a request's own making, so that whoever estimates it again says the same thing (RFC 9562, version 8).
function estimateEventId(requestId: string): string {
  const hex = createHash('sha256').update(`estimate ${requestId}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

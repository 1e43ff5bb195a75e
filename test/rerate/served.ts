// Calls as the gateway charges them, and as they are read for being rated again.
import type { ChargeEntry, DispatchedCall } from '#core/ledger/entry.ts';
import type { UnitsGiven } from '#core/ledger/unit-counter.ts';
import type { PriceComponent, PriceVersion } from '#core/pricing/component.ts';
import type { SubTerms, Terms } from '#core/pricing/terms.ts';
import type { RatedCall } from '#core/rerating/rate-anew.ts';
import { estimatedUsage, type Usage } from '#core/usage/usage.ts';
import { pinOf } from '#flows/fare.ts';
import { entryOf, unitsFor } from '#flows/settle.ts';
import { callOf } from '#ports/fast-store-calls.contract.ts';

export const walletId = '0198a5f0-0000-7000-8000-0000000000cc';

export function version(id: string, name: string, components: readonly Partial<PriceComponent>[]): PriceVersion {
  return {
    id,
    rowId: `row-${name}`,
    subject: { kind: 'model', name },
    book: 'list',
    currency: 'usd',
    components: components.map((each) => ({ meter: 'input', price: '10', per: '1000000', currency: 'usd', ...each })),
    modifiers: [],
    validFrom: '2020-01-01T00:00:00Z',
    recordedAt: '2020-01-01T00:00:00Z',
  };
}

export function tokens(prompt_tokens: number, more: Partial<Usage> = {}): Usage {
  return {
    ...estimatedUsage({ prompt_tokens, completion_tokens: 0, method: 'test', raw: null }),
    status: 'reported',
    ...more,
  };
}

export interface Served {
  readonly call?: Partial<DispatchedCall>;
  readonly usage?: Usage;
  readonly charge: Terms;
  readonly cost: Terms;
  readonly subCost?: SubTerms;
  readonly given?: readonly UnitsGiven[];
  readonly estimate?: boolean;
}

export async function served({ usage = tokens(1000), charge, cost, subCost, given, estimate, ...more }: Served) {
  const requestId = crypto.randomUUID();
  const call: DispatchedCall = {
    ...callOf({ requestId, walletId, counters: more.call?.counters ?? [] }),
    name: charge.price.id.split('@')[0] ?? '',
    model: cost.price.id.split('@')[0] ?? '',
    pins: { charge: pinOf(charge), cost: pinOf(cost) },
    ...more.call,
  };
  const rating = { usage, charge, cost, ...(subCost ? { subCost } : {}) };
  const units =
    given ??
    (await unitsFor(call, rating, (wanted) =>
      Promise.resolve(wanted.map(({ units: many, ...each }) => ({ ...each, ranges: [{ from: 0n, to: many }] }))),
    ));
  return entryOf(
    call,
    { ...rating, given: units, outcome: estimate ? 'reaped' : 'completed', attempts: [] },
    { eventId: crypto.randomUUID(), endedAt: 0, final: !estimate, revision: estimate ? 1 : 0 },
  );
}

/** With the register that it stands on alone. */
export function ratedCall({
  eventId,
  call,
  total,
  cost,
  costCurrency,
  final,
  revision,
  usage,
  chargeReceipt,
  costReceipt,
  outcome,
}: ChargeEntry): RatedCall {
  const { requestId, name, provider, model, facts, pins, held } = call;
  return {
    record: {
      eventId,
      requestId,
      walletId,
      revision,
      final,
      applied: true,
      name,
      provider,
      model,
      outcome,
      usage,
      facts,
      pins,
      held,
      charge: { total, currency: 'usd', receipt: chargeReceipt },
      cost: { total: cost, currency: costCurrency, receipt: costReceipt },
    },
    register: { total, cost, costCurrency, provider, final },
    chargeReceipt,
    costReceipt,
    pinned: { currency: 'usd', ownCost: false },
  };
}

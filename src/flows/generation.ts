// The receipt of an earlier call, for those who pay from the same wallet.
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { Generation, Generations } from '#ports/generations.ts';
import type { House } from './house.ts';
import type { LedgerWriter } from './jobs/write-ledger.ts';

interface Asked {
  readonly house: House;
  readonly writer: LedgerWriter;
  readonly generations: Generations;
}

/** @throws Failure `not_found` also for the calls of others; `not_exact` while the database is away. */
export async function generationOf({ writer, generations }: Asked, caller: Caller, id: string): Promise<unknown> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw unknown(id);
  const found = await generations
    .find(id)
    .then(
      // A call that ended a moment ago may still be on its way into the ledger.
      async (known) => known ?? (await writer.flush().then(() => generations.find(id))),
    )
    .catch((cause: unknown) => {
      throw new Failure('not_exact', 'The ledger cannot be read just now. Try again shortly.', {
        retryAfterMs: 1_000,
        cause,
      });
    });
  if (!found || found.walletId !== caller.walletId) throw unknown(id);
  return generationJson(found, caller.maySeeCost);
}

function unknown(id: string): Failure {
  return new Failure(
    'not_found',
    `No call of this wallet has the id "${id.slice(0, 64)}". It is the x-request-id of its answer.`,
    { param: 'id' },
  );
}

function generationJson(found: Generation, maySeeCost: boolean): unknown {
  return {
    id: found.requestId,
    model: found.name,
    // Which provider answered tells a reseller's customers what they should not know; the operator's keys may see it.
    ...(maySeeCost ? { provider: found.provider, provider_model: found.model } : {}),
    streamed: found.streamed,
    outcome: found.outcome,
    status: found.final ? 'final' : 'estimated',
    created_at: found.startedAt,
    latency_ms: found.latencyMs,
    first_byte_ms: found.firstByteMs ?? null,
    usage: maySeeCost ? found.usage : withoutCost(found.usage),
    charge: found.charge,
    currency: found.chargeReceipt.currency,
    receipt: found.chargeReceipt,
    ...(maySeeCost ? { cost: found.cost, cost_receipt: found.costReceipt, attempts: found.attempts } : {}),
  };
}

function withoutCost({ raw_usage: _raw, provider_reported_cost: _cost, ...usage }: Generation['usage']): unknown {
  return usage;
}

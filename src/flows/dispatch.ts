// Writes down that a call is about to reach a provider: first in the journal, then in the store, then it may go.
import type { ModelCall } from '#core/call/model-call.ts';
import { promptTokensEstimate } from '#core/call/bounds.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { DispatchedCall } from '#core/ledger/entry.ts';
import { countedBy } from '#core/pricing/counted-as-asked.ts';
import { add } from '#core/money/amount.ts';
import type { Dialect } from '#ports/dialect.ts';
import type { Checkpoint } from '#ports/fast-store.ts';
import type { Credential } from '#core/catalog/catalog.ts';
import type { CachePlace } from './cached-answer.ts';
import { type CallFare, pinOf, type PricedTarget } from './fare.ts';
import { type HeldFare, leaseMs } from './hold.ts';
import type { House } from './house.ts';

/** A call from its hold on; what changes is what has been sent. */
export interface OpenCall {
  readonly requestId: string;
  readonly caller: Caller;
  readonly call: ModelCall;
  readonly dialect: Dialect;
  readonly fare: CallFare;
  readonly held: HeldFare;
  readonly startedAt: number;
  /** Where its answer is kept; missing: nowhere. */
  readonly cache: CachePlace | undefined;
  /** The limits of a provider's key count its latest attempt. */
  admitted: boolean;
  /** As last written down; `undefined` while nothing can have reached a provider. */
  dispatched: DispatchedCall | undefined;
  /** To what it was sent last, by whose prices it ends if nobody answers. */
  sentTo?: PricedTarget;
  /** It goes on after its request, and consumes at most this. */
  readonly job?: DispatchedCall['job'];
  /** What is known so far, for its estimate should nobody come back. */
  progress: () => Checkpoint | undefined;
}

/** Again for another target or another key of the same call: the same number, the new provider. */
export async function dispatch(
  house: House,
  open: OpenCall,
  priced: PricedTarget,
  credential?: Credential,
): Promise<DispatchedCall> {
  const { target, charge, cost, ownKey } = priced;
  const { requestId, caller, call, fare, held } = open;
  const dispatched: DispatchedCall = {
    requestId,
    walletId: caller.walletId,
    currency: caller.currency,
    ...(caller.organizationId === undefined ? {} : { organizationId: caller.organizationId }),
    ...(caller.userId === undefined ? {} : { userId: caller.userId }),
    virtualKeyId: caller.virtualKeyId,
    name: call.name,
    provider: target.provider.name,
    model: target.name,
    ...(credential === undefined ? {} : { providerKeyId: credential.providerKeyId }),
    streamed: call.streamed,
    held: add(held.granted, held.pooled),
    counters: held.scopes.budgets.map(({ scope, period }) => ({ scope, period })),
    pins: {
      charge: pinOf(charge),
      cost: pinOf(cost),
      ...(caller.customerTypeId === undefined ? {} : { customerTypeId: caller.customerTypeId }),
      ...(ownKey === undefined ? {} : { ownKey }),
    },
    promptTokensEstimate: Math.min(promptTokensEstimate(call), fare.promptTokensMax),
    ...(call.expected && { expected: countedBy([charge.price, cost.price], call.expected) }),
    facts: fare.facts,
    gatewayId: house.dispatches.gatewayId,
    dispatchNo: open.dispatched?.dispatchNo ?? house.dispatches.next(),
    startedAt: open.startedAt,
    ...(open.cache?.answer ? { cached: true } : {}),
    ...(open.job === undefined ? {} : { job: open.job }),
  };
  try {
    await house.journal.append({ kind: 'dispatch', call: dispatched });
  } catch (error) {
    // A number that others have passed meanwhile stays taken: it ends as a call that is settled at zero.
    if (!open.dispatched && !house.dispatches.giveBack(dispatched.dispatchNo)) {
      open.dispatched = dispatched;
      open.sentTo = priced;
    }
    throw error;
  }
  open.dispatched = dispatched;
  open.sentTo = priced;
  house.failpoints.reach('after-journal-dispatch');
  if (!(await house.store.dispatch(dispatched, leaseMs))) {
    throw new Failure('not_exact', 'The money set aside for this call was released before it was sent. Send it again.');
  }
  house.failpoints.reach('after-dispatch');
  return dispatched;
}

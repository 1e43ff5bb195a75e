// Sets the worst case of a call aside, or refuses the call before anything has left the house.
import { sliceTokens, usefulTokens } from '#core/call/bounds.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import { counterScope } from '#core/ledger/unit-counter.ts';
import { type CallScopes, scopesOf } from '#core/limits/limits.ts';
import { type Amount, amount as amountOf, amountMax, zero } from '#core/money/amount.ts';
import { currencyOf, formatAmount } from '#core/money/currency.ts';
import { affordableOutput, freeUnitsFor, holdFor } from '#core/pricing/quote.ts';
import { counterPeriod } from '#core/pricing/tiers.ts';
import type { FreeUnitsWanted, HoldOutcome, HoldRequest, MoneyWanted } from '#ports/fast-store.ts';
import type { CallFare } from './fare.ts';
import type { House } from './house.ts';
import { loadWallet } from './view-wallet.ts';

/** A hold outlives its last touch by this; touches come every two seconds. */
export const leaseMs = 30_000;

export interface HeldFare {
  readonly granted: Amount;
  /** What its free units cost if others get them first; set aside for all calls of their counters together. */
  readonly pooled: Amount;
  /** Tokens of output per choice that the granted amount covers. */
  readonly outputTokens: number;
  /** More is bought as the answer comes; otherwise this is all there will be, and the provider is told so. */
  readonly sliced: boolean;
  /** Fewer than the call asked for: the wallet does not afford more. */
  readonly clamped: boolean;
  readonly scopes: CallScopes;
}

/** @throws Failure `insufficient_balance`, `budget_exceeded`, `rate_limited`, `too_large_for_limit`, `ledger_behind`, `not_exact`. */
export async function holdFare(
  house: House,
  requestId: string,
  { caller, call, fare }: { caller: Caller; call: ModelCall; fare: CallFare },
): Promise<HeldFare> {
  const scopes = scopesOf(caller.limitOwners, house.clock.now());
  // What is no chat cannot be told to make less than it was asked for.
  const strict = caller.overspendPolicy === 'strict' || call.kind !== 'chat' || call.lines !== undefined;
  const wanted = fare.outputTokensMax;
  // No wallet has more than can be counted, however much output is asked for.
  const countable = affordableOutput(fare.quote, amountMax);
  if (countable === undefined) throw tooDear(call);
  const sliced =
    call.streamed &&
    !strict &&
    // As each target would get it: a configuration may make one of them think.
    fare.targets.every((each) => each.target.streamsAllOutput && each.call.thinksInSilence !== true);
  const first = sliced ? Math.min(countable, sliceTokens) : countable;
  const amount = holdFor(fare.quote, first);
  const least = strict ? first : Math.min(usefulTokens, first);
  const request: HoldRequest = {
    requestId,
    walletId: caller.walletId,
    amount,
    minimum: holdFor(fare.quote, least),
    ...freeWanted({ fare, walletId: caller.walletId }, least, first),
    minBalance: scopes.minBalance ?? zero,
    budgets: scopes.budgets,
    rates: scopes.rates,
    slots: scopes.slots,
    tokens: tokensOf(call, fare, first),
    leaseMs,
  };
  const outcome = await askForHold(house, request);
  if (outcome.kind !== 'held') throw refusal(outcome, caller);
  const affordable = outcome.granted === amount ? first : affordableOutput(fare.quote, outcome.granted);
  const reached = outcome.step === undefined ? first : least + outcome.step;
  const outputTokens = Math.min(reached, affordable ?? 0);
  const pooled = pooledFor(request, outcome.step);
  return { granted: outcome.granted, pooled, outputTokens, sliced, clamped: !sliced && outputTokens < wanted, scopes };
}

/** As token limits count; an image that is paid by the piece has none. */
function tokensOf(
  call: ModelCall,
  { quote: { perOutputToken, free }, promptTokensMax }: CallFare,
  first: number,
): bigint {
  if (call.media && perOutputToken.numerator === 0n && free.length === 0) return 0n;
  return BigInt(promptTokensMax + first * call.choices);
}

/** From the least output that is of use to the most that is wanted, a token a step. */
export function freeWanted(
  { fare, walletId }: { readonly fare: CallFare; readonly walletId: string },
  least: number,
  most: number,
): Pick<MoneyWanted, 'free' | 'steps'> {
  if (fare.quote.free.length === 0) return {};
  const atLeast = freeUnitsFor(fare.quote, least);
  const free = freeUnitsFor(fare.quote, most).map(({ units, limit, price, ...counted }, index) => ({
    scope: counterScope('charge', { walletId, provider: '' }, counted),
    period: counterPeriod(counted, fare.facts.occurred_at),
    limit,
    price,
    units,
    minimumUnits: atLeast[index]?.units ?? units,
  }));
  return { free, steps: Math.max(1, most - least) };
}

/** What the units that were granted cost at most. */
export function pooledFor({ free = [], steps = 1 }: Pick<MoneyWanted, 'free' | 'steps'>, step = steps): Amount {
  const [part, whole] = [BigInt(step), BigInt(steps)];
  const units = ({ minimumUnits, units: all }: FreeUnitsWanted) =>
    minimumUnits + ((all - minimumUnits) * part + whole - 1n) / whole;
  return amountOf(free.reduce((sum, each) => sum + units(each) * each.price, 0n));
}

function tooDear(call: ModelCall): Failure {
  return new Failure('invalid_parameter', `What this call to "${call.name}" may cost is more than can be counted.`, {
    param: 'messages',
  });
}

async function askForHold(house: House, request: HoldRequest): Promise<HoldOutcome> {
  const outcome = await house.store.hold(request);
  if (outcome.kind !== 'unknown-wallet') return outcome;
  await loadWallet(house, request.walletId);
  return house.store.hold(request);
}

function refusal(outcome: Exclude<HoldOutcome, { kind: 'held' }>, caller: Caller): Failure {
  switch (outcome.kind) {
    case 'short': {
      const currency = currencyOf(caller.currency);
      const available = formatAmount(outcome.available, currency);
      const needed = formatAmount(outcome.needed, currency);
      const detail = { limitSource: outcome.source, available, needed, currency: currency.code };
      return outcome.source === 'wallet'
        ? new Failure(
            'insufficient_balance',
            `The wallet has ${available} ${currency.code} available and this call needs at least ${needed}. Top it up, or ask for less output.`,
            detail,
          )
        : new Failure(
            'budget_exceeded',
            `The budget ${outcome.source} has ${available} ${currency.code} left and this call needs at least ${needed}.`,
            detail,
          );
    }
    case 'limited':
      return outcome.retryAfterMs === undefined
        ? new Failure('too_large_for_limit', `This call alone is larger than the limit ${outcome.source}.`, {
            limitSource: outcome.source,
          })
        : new Failure('rate_limited', `The limit ${outcome.source} is reached.`, {
            limitSource: outcome.source,
            retryAfterMs: outcome.retryAfterMs,
          });
    case 'outbox-full':
      return new Failure('ledger_behind', 'Too many charges wait for the database. Try again shortly.', {
        retryAfterMs: 1_000,
      });
    case 'unknown-wallet':
      return new Failure('not_exact', `The wallet of this key is not known to the ledger.`, { retryAfterMs: 1_000 });
    case 'ended':
      return new Failure('internal', 'This request has ended already.');
  }
}

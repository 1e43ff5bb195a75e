// What may happen in a history, drawn before it begins, so that any of it can be left out and the rest stays the same.
import { failpointNames } from '#ports/failpoints.ts';
import type { Chance } from './chance.ts';
import type { CrashPlan } from './life.ts';
import { countedOf, type DishName, dishNames } from './menu.ts';
import type { Patience } from './simulated-door.ts';
import { keys, type WalletId, walletIds } from './town.ts';
import type { Traits } from './traits.ts';

export interface CallStep {
  readonly kind: 'call';
  readonly keyNo: number;
  readonly dish: DishName;
  readonly streamed: boolean;
  readonly usageWanted: boolean;
  readonly bodyBytes: number;
  readonly choices: number;
  readonly outputLimit: number | undefined;
  readonly patience: Patience;
}

/** Needs a gateway that takes calls. */
export type GatewayDeed =
  | CallStep
  | { readonly kind: 'write' | 'touch' | 'reap' | 'refresh' | 'close' | 'top-up-again' }
  | { readonly kind: 'top-up'; readonly walletId: WalletId; readonly amount: bigint; readonly reference: string };

/** Happens to the world around it. */
export type WorldDeed =
  | { readonly kind: 'wait' | 'resync' | 'redeliver' | 'store-wiped' }
  | { readonly kind: 'database-away' | 'store-away' | 'disk-full'; readonly forMs: number }
  | { readonly kind: 'lose-answers'; readonly count: number }
  | { readonly kind: 'crash'; readonly plan: CrashPlan }
  | { readonly kind: 'reprice'; readonly dish: DishName; readonly factor: bigint };

export type Deed =
  | { readonly by: 'gateway'; readonly deed: GatewayDeed }
  | { readonly by: 'world'; readonly deed: WorldDeed };

export interface Step {
  readonly no: number;
  readonly what: Deed;
  /** How long the world goes on before the next. */
  readonly thenMs: number;
}

export function stepsOf(chance: Chance, traits: Traits): readonly Step[] {
  return Array.from({ length: traits.steps }, (_, no) => {
    const own = chance.fork(`step ${no}`);
    return { no, what: deedOf(own, traits, no), thenMs: pauseAfter(own, traits) };
  });
}

function pauseAfter(chance: Chance, { jobsRun }: Traits): number {
  return chance.weighted([
    [6, 0],
    [6, chance.between(1, 60)],
    [4, chance.between(60, 2_500)],
    [2, chance.between(2_500, 12_000)],
    // Longer than a lease, while nobody touches what lives.
    [jobsRun ? 0 : 1, chance.between(31_000, 45_000)],
  ]);
}

function deedOf(chance: Chance, traits: Traits, no: number): Deed {
  const gateway = gatewayDeedOf(chance.fork('gateway'), traits, no);
  const world = worldDeedOf(chance.fork('world'), traits);
  return chance.odds(0.7) ? { by: 'gateway', deed: gateway } : { by: 'world', deed: world };
}

function gatewayDeedOf(chance: Chance, traits: Traits, no: number): GatewayDeed {
  return chance.weighted<() => GatewayDeed>([
    [38, () => callOf(chance, traits)],
    [13, () => ({ kind: 'write' })],
    [6, () => ({ kind: 'touch' })],
    [7, () => ({ kind: 'reap' })],
    [7, () => topUpOf(chance, no)],
    [2, () => ({ kind: 'top-up-again' })],
    [2, () => ({ kind: 'close' })],
    [2, () => ({ kind: 'refresh' })],
  ])();
}

function worldDeedOf(chance: Chance, { storeApart }: Traits): WorldDeed {
  const forMs = chance.between(5, 8_000);
  return chance.weighted<() => WorldDeed>([
    [9, () => ({ kind: 'crash', plan: crashOf(chance) })],
    [5, () => ({ kind: 'redeliver' })],
    [3, () => ({ kind: 'database-away', forMs })],
    [3, () => ({ kind: 'lose-answers', count: chance.between(1, 3) })],
    [2, () => ({ kind: 'disk-full', forMs })],
    [storeApart ? 2 : 0, () => ({ kind: 'store-away', forMs })],
    [storeApart ? 1 : 0, () => ({ kind: 'store-wiped' })],
    [4, () => ({ kind: 'resync' })],
    [2, () => ({ kind: 'reprice', dish: chance.pick(dishNames), factor: BigInt(chance.between(2, 4)) })],
    [3, () => ({ kind: 'wait' })],
  ])();
}

// A store apart that is wiped gives out again what waits for the ledger only in a journal: until there is one, its
// histories count nothing.
function callOf(chance: Chance, { storeApart }: Traits): CallStep {
  const dish = chance.pick(storeApart ? dishNames.filter((name) => !countedOf(name)) : dishNames);
  const streamed = dish !== 'vectors' && chance.odds(0.6);
  const leaves = chance.odds(0.22);
  return {
    kind: 'call',
    keyNo: chance.below(keys.length),
    dish,
    streamed,
    usageWanted: chance.odds(0.5),
    bodyBytes: chance.weighted([
      [6, chance.between(20, 600)],
      [1, chance.between(600, 6_000)],
    ]),
    choices: dish === 'vectors' || chance.odds(0.85) ? 1 : 2,
    outputLimit: chance.odds(0.5) ? chance.pick([1, 40, 700, 2_000, 6_000]) : undefined,
    patience: {
      hangUpAfterMs: leaves
        ? chance.pick([0, 1, chance.below(60), chance.below(4_000), chance.below(40_000)])
        : undefined,
      hangUpAfterPieces: chance.odds(0.06) ? chance.between(1, 4) : undefined,
      readsSlowly: chance.odds(0.1),
    },
  };
}

function topUpOf(chance: Chance, no: number): GatewayDeed {
  const amount = BigInt(chance.pick([1, 400, 2_000, 9_000])) * 1_000_000n;
  return { kind: 'top-up', walletId: chance.pick(walletIds), amount, reference: `payment ${no}` };
}

function crashOf(chance: Chance): CrashPlan {
  return chance.weighted<CrashPlan>([
    [1, { at: 'now' }],
    [3, { at: 'failpoint', name: chance.pick(failpointNames), pass: chance.between(1, 2) }],
    [3, { at: 'wait', pass: chance.between(1, 30) }],
  ]);
}

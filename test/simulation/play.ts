// Plays one history, from its seed to its end.
import { amount } from '#core/money/amount.ts';
import { checkEnd } from './check-end.ts';
import { checkNow } from './check-now.ts';
import { type FaultName, faults } from './faults.ts';
import { begin } from './gateway.ts';
import { perform } from './perform.ts';
import { settleDown, startAgain } from './settle-down.ts';
import { Stage } from './stage.ts';
import { type Step, stepsOf } from './steps.ts';
import { firstCredits, walletIds } from './town.ts';
import { Violation } from './violation.ts';

export interface History {
  readonly seed: string;
  readonly fault?: FaultName | undefined;
  /** Numbers of the steps to take; all when missing. */
  readonly keep?: readonly number[] | undefined;
}

/** Of the history with that number. */
export function seedOf(seed: string, index: number): string {
  return `${seed}-${index}`;
}

export interface Played {
  readonly steps: readonly number[];
  readonly probes: Readonly<Record<string, number>>;
  readonly violation?: { readonly rule: string; readonly message: string };
}

const nobodyListens = (_line: string): void => undefined;

export async function play({ seed, fault, keep }: History, tell = nobodyListens): Promise<Played> {
  const stage = new Stage({ seed, fault: fault ? faults[fault]() : {}, tell });
  const steps = stepsOf(stage.chance.fork('steps'), stage.traits).filter(({ no }) => keep?.includes(no) ?? true);
  tell(`traits ${JSON.stringify({ ...stage.traits, keepsForgotten: stage.disk.keepsForgotten })}`);
  const onUnheard = (error: unknown): void => stage.breaks(new Violation('a failure that nobody heard', String(error)));
  process.on('unhandledRejection', onUnheard);
  try {
    await playThrough(stage, steps);
  } catch (error) {
    stage.breaks(error);
  } finally {
    process.off('unhandledRejection', onUnheard);
  }
  stage.probes.saw('steps', steps.length);
  stage.probes.saw('lives', stage.lives);
  const numbers = steps.map(({ no }) => no);
  const probes = stage.probes.toRecord();
  const { broken } = stage;
  if (!broken) return { steps: numbers, probes };
  tell(`BROKEN: ${broken.message}`);
  return { steps: numbers, probes, violation: { rule: broken.rule, message: broken.message } };
}

async function playThrough(stage: Stage, steps: readonly Step[]): Promise<void> {
  await openWallets(stage);
  begin(stage);
  await stage.clock.runFor(stage.chance.fork('opening').below(400));
  for (const step of steps) {
    await perform(stage, step);
    await stage.clock.runFor(step.thenMs);
    await checkNow(stage);
    if (stage.broken) return;
  }
  await settleDown(stage);
  await checkNow(stage);
  await startAgain(stage);
  await checkNow(stage);
  if (!stage.broken) await checkEnd(stage);
}

async function openWallets({ database, clock }: Stage): Promise<void> {
  for (const walletId of walletIds) {
    database.ledger.createWallet(walletId, 'usd');
    await database.topUp({
      topUpId: `first of ${walletId}`,
      eventId: `first of ${walletId}`,
      walletId,
      amount: amount(firstCredits[walletId]),
      currency: 'usd',
      source: 'manual',
      reference: `first of ${walletId}`,
      author: 'operator',
      occurredAt: clock.now(),
    });
  }
}

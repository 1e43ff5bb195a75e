// Brings a history to rest: everything is in reach again, every call ends, and whatever waits is written.
import { reapOnce } from '#flows/jobs/reap-holds.ts';
import { closeGateway } from './close-gateway.ts';
import { orOutage } from './outage.ts';
import { resync } from './resync.ts';
import type { Gateway, Stage } from './stage.ts';
import { post } from './top-up.ts';
import { Violation } from './violation.ts';

const leaseMs = 30_000;
const roundMs = 250;
/** An hour of a world without faults is enough for anything. */
const roundsMax = 3_600_000 / roundMs;
const triesMax = 5;

export async function settleDown(stage: Stage): Promise<void> {
  stage.tell('faults are over');
  stage.database.away = false;
  stage.database.answersToLose = 0;
  stage.disk.full = false;
  stage.storeAway = false;
  stage.gateway?.life.spare();
  const gateway = await openGateway(stage);
  await waitFor(stage, 'a call never ended', () =>
    [...stage.calls.values()].every(({ state }) => state !== 'under-way'),
  );
  // Whatever a dead process had sent arrives.
  await stage.clock.runFor(Math.max(leaseMs, 3 * stage.traits.latency.longMs) + 1);
  for (let tries = 0; tries < triesMax && stage.kept.shadow.holds.size > 0; tries += 1) {
    await rest(stage, reapOnce(gateway.house, gateway.directory));
  }
  await rest(stage, gateway.writer.flush());
  for (const [reference, { answered, ...posted }] of stage.topUps) {
    if (!answered) await rest(stage, post(stage, gateway, { ...posted, reference }));
  }
  await resync(stage);
}

/** The process ends in good order, and another one begins. */
export async function startAgain(stage: Stage): Promise<void> {
  const { gateway } = stage;
  if (!gateway) return;
  await rest(
    stage,
    Promise.race([closeGateway(stage, gateway), waitFor(stage, 'closing never ended', () => gateway.life.dead)]),
  );
  await openGateway(stage);
}

async function openGateway(stage: Stage): Promise<Gateway> {
  await waitFor(stage, 'no life began', () => stage.gateway?.open === true);
  if (!stage.gateway) throw new Violation('no life began', 'in an hour');
  return stage.gateway;
}

async function waitFor(stage: Stage, rule: string, isSo: () => boolean): Promise<void> {
  for (let round = 0; !isSo(); round += 1) {
    if (round === roundsMax) throw new Violation(rule, 'in an hour of a world without faults');
    await stage.clock.runFor(roundMs);
    if (stage.broken) throw stage.broken;
  }
}

/** Lets the world go on until that work is done. */
async function rest(stage: Stage, work: Promise<unknown>): Promise<void> {
  let done = false;
  stage.watch(
    undefined,
    orOutage(stage, work).finally(() => (done = true)),
  );
  await waitFor(stage, 'a job never ended', () => done);
}

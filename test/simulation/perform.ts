// Does what a step says. What a step begins goes on beside the steps that follow.
import { reapOnce } from '#flows/jobs/reap-holds.ts';
import { touchOnce } from '#flows/live-calls.ts';
import { closeGateway } from './close-gateway.ts';
import { newStore } from './new-store.ts';
import { orOutage } from './outage.ts';
import { resync } from './resync.ts';
import { serveCall } from './serve-call.ts';
import type { Gateway, Stage } from './stage.ts';
import type { GatewayDeed, Step, WorldDeed } from './steps.ts';
import { topUp, topUpAgain } from './top-up.ts';

export async function perform(stage: Stage, { no, what }: Step): Promise<void> {
  stage.tell(`step ${no}: ${inWords(what.deed)}`);
  if (what.by === 'world') return performInWorld(stage, no, what.deed);
  if (stage.gateway?.open) performAt(stage, stage.gateway, no, what.deed);
  else stage.probes.saw('nobody there');
}

async function performInWorld(stage: Stage, no: number, deed: WorldDeed): Promise<void> {
  const { clock, database, disk, gateway } = stage;
  switch (deed.kind) {
    case 'wait':
      return;
    case 'crash':
      return gateway?.life.plan(deed.plan);
    case 'resync':
      return resync(stage);
    case 'redeliver':
      return database.redeliver(stage.chance.fork(`step ${no}`));
    case 'lose-answers':
      database.answersToLose += deed.count;
      return;
    case 'database-away':
      database.away = true;
      clock.after(deed.forMs, () => (database.away = false));
      return;
    case 'disk-full':
      disk.full = true;
      stage.sawFullDisk = true;
      clock.after(deed.forMs, () => (disk.full = false));
      return;
    case 'store-away':
      stage.storeAway = true;
      clock.after(deed.forMs, () => (stage.storeAway = false));
      return;
    case 'store-wiped':
      stage.kept = newStore(stage);
      stage.probes.saw('store wiped');
      return;
    case 'reprice':
      database.ledger.publish(stage.shelf.publish(deed.dish, deed.factor, clock.now()));
      stage.probes.saw('price changed');
  }
}

function performAt(stage: Stage, gateway: Gateway, no: number, deed: GatewayDeed): void {
  const { house, writer, directory, life } = gateway;
  const job = (work: Promise<unknown>): void => stage.watch(life, orOutage(stage, work));
  switch (deed.kind) {
    case 'call':
      return serveCall(stage, gateway, no, deed);
    case 'write':
      return job(writer.writeOnce());
    case 'touch':
      return job(touchOnce(house));
    case 'reap':
      return job(reapOnce(house, directory));
    case 'refresh':
      return job(house.snapshot.refresh());
    case 'close':
      return stage.watch(life, closeGateway(stage, gateway));
    case 'top-up':
      return topUp(stage, gateway, deed);
    case 'top-up-again':
      return topUpAgain(stage, gateway, stage.chance.fork(`step ${no}`));
  }
}

function inWords(deed: object): string {
  return JSON.stringify(deed, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

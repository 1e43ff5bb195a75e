// A process that ends in good order: no new calls, the last ones end, the ledger gets what waits, and the life is closed.
import { inGoodOrder } from './life.ts';
import { orOutage } from './outage.ts';
import type { Gateway, Stage } from './stage.ts';

export async function closeGateway(stage: Stage, gateway: Gateway): Promise<void> {
  const { house, writer, life } = gateway;
  gateway.open = false;
  stage.tell(`life ${life.no} is closing`);
  await house.live.empty();
  gateway.stopping.abort();
  await Promise.allSettled(gateway.jobs);
  const written = await orOutage(stage, writer.flush());
  if (written) await orOutage(stage, house.ledger.closeGateway(house.dispatches.gatewayId, house.dispatches.last));
  await house.journal.close();
  stage.probes.saw(written ? 'closed in good order' : 'closed with the database away');
  life.die(written ? inGoodOrder : 'with charges in its journal');
}

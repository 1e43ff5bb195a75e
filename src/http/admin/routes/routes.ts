// Everything that the administration answers.
import type { AdminDesk } from '#flows/admin/desk.ts';
import type { AdminDoor } from '../door.ts';
import { catalogRoutes } from './catalog.ts';
import { customerRoutes } from './customers.ts';
import { moneyRoutes } from './money.ts';
import { priceRoutes } from './prices.ts';
import { providerKeyRoutes } from './provider-keys.ts';
import { recordRoutes } from './records.ts';
import { virtualKeyRoutes } from './virtual-keys.ts';
import { walletRoutes } from './wallets.ts';

export function routes(app: AdminDoor, desk: AdminDesk): void {
  customerRoutes(app, desk);
  virtualKeyRoutes(app, desk);
  walletRoutes(app, desk);
  moneyRoutes(app, desk);
  catalogRoutes(app, desk);
  providerKeyRoutes(app, desk);
  priceRoutes(app, desk);
  recordRoutes(app, desk);
}

// Everything that the administration answers.
import type { AdminDesk } from '#flows/admin/desk.ts';
import type { AdminDoor } from '../door.ts';
import { catalogRoutes } from './catalog.ts';
import { catalogFileRoutes } from './catalog-files.ts';
import { customerRoutes } from './customers.ts';
import { integrationRoutes } from './integrations.ts';
import { masterKeyRoutes } from './master-key.ts';
import { modelPricingRoutes } from './model-pricing.ts';
import { moneyRoutes } from './money.ts';
import { discoveryRoutes } from './discovery.ts';
import { priceByRequestRoutes } from './price-by-request.ts';
import { priceSyncRoutes } from './price-sync.ts';
import { priceMatrixRoutes } from './price-matrix.ts';
import { priceRoutes } from './prices.ts';
import { providerKeyRoutes } from './provider-keys.ts';
import { recordRoutes } from './records.ts';
import { routingRoutes } from './routing.ts';
import { virtualKeyRoutes } from './virtual-keys.ts';
import { walletRoutes } from './wallets.ts';

export function routes(app: AdminDoor, desk: AdminDesk): void {
  customerRoutes(app, desk);
  virtualKeyRoutes(app, desk);
  routingRoutes(app, desk);
  walletRoutes(app, desk);
  moneyRoutes(app, desk);
  catalogRoutes(app, desk);
  catalogFileRoutes(app, desk);
  providerKeyRoutes(app, desk);
  masterKeyRoutes(app, desk);
  priceRoutes(app, desk);
  integrationRoutes(app, desk);
  modelPricingRoutes(app, desk);
  priceSyncRoutes(app, desk);
  priceByRequestRoutes(app, desk);
  discoveryRoutes(app, desk);
  priceMatrixRoutes(app, desk);
  recordRoutes(app, desk);
}

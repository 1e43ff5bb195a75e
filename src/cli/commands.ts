// What an operator says to a running server.
import type { Command } from 'commander';
import { catalogCommands } from './catalog.ts';
import { configCommands } from './config-nodes.ts';
import { endingOnWrongUsage } from './command.ts';
import { discoveryCommands } from './discovery.ts';
import { keyCommands } from './keys.ts';
import { masterKeyCommands } from './master-key.ts';
import { priceCommands } from './prices.ts';
import { providerKeyCommands } from './provider-keys.ts';
import { recordCommands } from './records.ts';
import { resourceCommands } from './resource-commands.ts';
import { resourceTable } from './resource-table.ts';
import { organizationCommands, termsCommands } from './terms.ts';
import { fxCommands, voucherCommands, walletCommands } from './wallets.ts';

export function registerAdminCommands(program: Command): void {
  endingOnWrongUsage(program);
  keyCommands(program);
  walletCommands(program);
  for (const resource of resourceTable) resourceCommands(program, resource);
  configCommands(program);
  discoveryCommands(program);
  providerKeyCommands(program);
  masterKeyCommands(program);
  priceCommands(program);
  organizationCommands(program);
  termsCommands(program);
  catalogCommands(program);
  voucherCommands(program);
  fxCommands(program);
  recordCommands(program);
}

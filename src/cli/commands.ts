// What an operator says to a running server.
import type { Command } from 'commander';
import { keyCommands } from './keys.ts';
import { priceCommands } from './prices.ts';
import { providerKeyCommands } from './provider-keys.ts';
import { recordCommands } from './records.ts';
import { resourceCommands } from './resource-commands.ts';
import { resourceTable } from './resource-table.ts';
import { fxCommands, voucherCommands, walletCommands } from './wallets.ts';

export function registerAdminCommands(program: Command): void {
  keyCommands(program);
  walletCommands(program);
  for (const resource of resourceTable) resourceCommands(program, resource);
  providerKeyCommands(program);
  priceCommands(program);
  voucherCommands(program);
  fxCommands(program);
  recordCommands(program);
}

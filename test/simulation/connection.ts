// How one life of the gateway reaches the database.
import type { CallerChanges, Directory } from '#ports/directory.ts';
import type { Ledger } from '#ports/ledger.ts';
import type { Chance } from './chance.ts';
import type { Life } from './life.ts';
import type { Database } from './network.ts';
import type { PriceShelf } from './price-shelf.ts';
import { keys, scopesOn } from './town.ts';
import type { Latency } from './traits.ts';

export interface ConnectionOptions {
  readonly database: Database;
  readonly life: Life;
  readonly chance: Chance;
  readonly latency: Latency;
}

export function ledgerThrough({ database, life, chance, latency }: ConnectionOptions): Ledger {
  const underwayMs = (): number =>
    chance.odds(latency.likelihood)
      ? chance.below(chance.odds(latency.longLikelihood) ? latency.longMs : latency.shortMs)
      : 0;
  const ask = <Result>(deed: () => Promise<Result>): Promise<Result> =>
    life.through(() => database.ask(deed, underwayMs()));
  const { ledger } = database;
  return {
    write: (entries) => life.through(() => database.send(entries, underwayMs())),
    topUp: (topUp) => ask(() => database.topUp(topUp)),
    adjust: (adjustment) => ask(() => ledger.adjust(adjustment)),
    load: (walletIds) => ask(() => load(ledger, walletIds)),
    unitsTaken: (counters) => ask(() => ledger.unitsTaken(counters)),
    creditsAfter: (walletId, creditSeq) => ask(() => ledger.creditsAfter(walletId, creditSeq)),
    openGateway: (gatewayId) => ask(() => ledger.openGateway(gatewayId)),
    closeGateway: (gatewayId, lastDispatchNo) => ask(() => ledger.closeGateway(gatewayId, lastDispatchNo)),
    head: (walletId) => ask(() => ledger.head(walletId)),
  };
}

// The real ledger knows the keys that draw on a wallet, and gives the counters of all their owners; the memory twin
// knows only the counters that the wallet's own calls have named.
async function load(ledger: Ledger, walletIds?: readonly string[]): ReturnType<Ledger['load']> {
  const { wallets, counters, units } = await ledger.load();
  if (!walletIds) return { wallets, counters, units };
  const wanted = new Set(walletIds);
  const scopes = scopesOn(wanted);
  return {
    wallets: wallets.filter(({ walletId }) => wanted.has(walletId)),
    counters: counters.filter(({ scope }) => scopes.has(scope)),
    units,
  };
}

export function directoryThrough({ database, life }: ConnectionOptions, shelf: PriceShelf): Directory {
  const ask = <Result>(deed: () => Result): Promise<Result> =>
    life.through(() => database.ask(() => Promise.resolve(deed()), 0));
  return {
    catalog: () => ask(() => shelf.rows()),
    callerByHash: (keyHash) => ask(() => keys.find(({ caller }) => caller.keyHash === keyHash)?.caller),
    callersSince: (cursor): Promise<CallerChanges> =>
      ask(() => ({ callers: cursor === undefined ? keys.map(({ caller }) => caller) : [], cursor: 'all' })),
    priceVersions: (ids) => ask(() => ids.flatMap((id) => shelf.versions.get(id) ?? [])),
    watch: async () => ({ stop: async () => undefined }),
  };
}

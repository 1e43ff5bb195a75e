// Whether calls can be answered now, and if not, which part is missing.
import type { House } from '#flows/house.ts';
import type { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import type { Readiness } from './server.ts';

interface Watched {
  readonly house: Pick<House, 'store' | 'clock'>;
  readonly writer: LedgerWriter;
  readonly draining: () => boolean;
}

/** The database may be away for this long before load balancers should look elsewhere: calls go on meanwhile. */
const ledgerAwayMsMax = 30_000;

export async function readiness({ house, writer, draining }: Watched): Promise<Readiness> {
  const missing: string[] = [];
  if (draining()) missing.push('stopping');
  const { failingSince } = writer.health;
  if (failingSince !== undefined && house.clock.now() - failingSince > ledgerAwayMsMax) missing.push('database');
  await house.store.outboxSize().catch(() => missing.push('store'));
  return missing.length === 0 ? { ready: true } : { ready: false, missing };
}

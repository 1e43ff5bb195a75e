// What was charged, by the ledger's own events: a wallet's balance as callers read it runs ahead of what is booked.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { dollarsEach, type Payer } from './administration.ts';
import { picodollarsIn } from './money.ts';
import type { GatewayProcess } from './process.ts';

export interface Booked {
  /** How many charges the ledger has. */
  readonly charges: number;
  readonly picodollars: bigint;
}

const credits = z.object({ data: z.object({ balance: z.string(), held: z.string() }) });
const events = z.object({ data: z.array(z.object({ seq: z.string(), balance_after: z.string() })).min(1) });

// Seldom enough not to be work that counts.
const pollMs = 50;
const waitMsMax = 300_000;

/** As far as the ledger is now. */
export async function bookedNow(gateway: GatewayProcess, payers: readonly Payer[]): Promise<Booked> {
  let charges = 0;
  let picodollars = 0n;
  for (const payer of payers) {
    const { seq, balance } = await lastEvent(gateway, payer);
    // The first event of every wallet is its top-up, and they are numbered without gaps.
    charges += seq - 1;
    picodollars += picodollarsIn(dollarsEach) - picodollarsIn(balance);
  }
  return { charges, picodollars };
}

/**
 * Waits until nothing is held, and every wallet's last event has the balance that callers read: then the outbox is empty.
 * @throws Error when that does not come to pass in five minutes.
 */
export async function allBooked(gateway: GatewayProcess, payers: readonly Payer[]): Promise<Booked> {
  const untilMs = performance.now() + waitMsMax;
  for (const payer of payers) {
    for (;;) {
      const { balance, held } = credits.parse(await get(gateway.port, '/v1/credits', payer.key)).data;
      const last = await lastEvent(gateway, payer);
      if (last.balance === balance && held === '0') break;
      if (performance.now() > untilMs) {
        throw new Error(`The ledger says ${last.balance}, callers read ${balance}, and ${held} is still held.`);
      }
      await sleep(pollMs);
    }
  }
  return bookedNow(gateway, payers);
}

async function lastEvent({ port, adminToken }: GatewayProcess, { walletId }: Payer) {
  const [last] = events.parse(await get(port, `/api/v1/wallets/${walletId}/events?limit=1`, adminToken)).data;
  if (!last) throw new Error(`The wallet ${walletId} has no events.`);
  return { seq: Number(last.seq), balance: last.balance_after };
}

async function get(port: number, path: string, token: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`GET ${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

// What was charged, as those who pay and those who keep the books read it.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Payer, picodollarsGiven } from './administration.ts';
import { picodollarsIn } from './money.ts';
import type { GatewayProcess } from './process.ts';

const credits = z.object({ data: z.object({ balance: z.string(), held: z.string() }) });
const wallet = z.object({ balance: z.string() });

// Seldom enough not to be work that counts.
const pollMs = 50;
const waitMsMax = 120_000;

/**
 * Waits until nothing is held, and the ledger has booked what callers can read: then its outbox is empty.
 * @throws Error when that does not come to pass in two minutes.
 */
export async function chargedInLedger(gateway: GatewayProcess, payers: readonly Payer[]): Promise<bigint> {
  const until = performance.now() + waitMsMax;
  let left = 0n;
  for (const payer of payers) left += await balanceOf(gateway, payer, until);
  return picodollarsGiven - left;
}

async function balanceOf(gateway: GatewayProcess, payer: Payer, untilMs: number): Promise<bigint> {
  for (;;) {
    const { balance, held } = credits.parse(await get(gateway.port, '/v1/credits', payer.key)).data;
    const { balance: booked } = wallet.parse(
      await get(gateway.port, `/api/v1/wallets/${payer.walletId}`, gateway.adminToken),
    );
    if (booked === balance && held === '0') return picodollarsIn(booked);
    if (performance.now() > untilMs) {
      throw new Error(`The ledger says ${booked}, callers read ${balance}, and ${held} is still held.`);
    }
    await sleep(pollMs);
  }
}

async function get(port: number, path: string, token: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`GET ${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

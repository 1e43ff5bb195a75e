// What was charged, as those who pay and those who keep the books read it.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Payer, picodollarsGiven } from './administration.ts';
import { picodollarsIn } from './money.ts';
import type { GatewayProcess } from './process.ts';

const credits = z.object({ data: z.object({ balance: z.string(), held: z.string() }) });
const wallet = z.object({ balance: z.string() });

const pollMs = 20;
const waitMsMax = 120_000;

/**
 * Waits until nothing is held, and the ledger has booked what callers can read: then its outbox is empty.
 * @throws Error when that does not come to pass in two minutes.
 */
export async function chargedInLedger(gateway: GatewayProcess, payers: readonly Payer[]): Promise<bigint> {
  const until = performance.now() + waitMsMax;
  for (;;) {
    const shown = await sumOf(payers, (payer) => shownBalance(gateway, payer));
    const booked = shown === undefined ? undefined : await sumOf(payers, (payer) => bookedBalance(gateway, payer));
    if (booked !== undefined && booked === shown) return picodollarsGiven - booked;
    if (performance.now() > until) throw new Error(`The ledger has ${booked ?? 'nothing'}, and callers read ${shown ?? 'holds'}.`);
    await sleep(pollMs);
  }
}

async function sumOf(
  payers: readonly Payer[],
  read: (payer: Payer) => Promise<bigint | undefined>,
): Promise<bigint | undefined> {
  let sum = 0n;
  for (const payer of payers) {
    const balance = await read(payer);
    if (balance === undefined) return undefined;
    sum += balance;
  }
  return sum;
}

/** `undefined` while something is held. */
async function shownBalance({ port }: GatewayProcess, { key }: Payer): Promise<bigint | undefined> {
  const { balance, held } = credits.parse(await get(port, '/v1/credits', key)).data;
  return held === '0' ? picodollarsIn(balance) : undefined;
}

async function bookedBalance({ port, adminToken }: GatewayProcess, { walletId }: Payer): Promise<bigint> {
  return picodollarsIn(wallet.parse(await get(port, `/api/v1/wallets/${walletId}`, adminToken)).balance);
}

async function get(port: number, path: string, token: string): Promise<unknown> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`GET ${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

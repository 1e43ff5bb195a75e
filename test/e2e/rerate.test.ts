// A wrong price, found too late: corrected, rated again and paid back, by the commands alone, on a real process.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { currencyOf, formatAmount, parseAmount } from '#core/money/currency.ts';
import { amount } from '#core/money/amount.ts';
import { creditsOf, eventually, post, said } from '#test/gateway/wire.ts';
import { audit } from '#test/process/audit.ts';
import { runCommand } from '#test/process/launch.ts';
import { environmentOf, removeServers, startServer, type TestServer } from '#test/process/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => removeServers());

interface Printed {
  readonly id: string;
  readonly virtual_key: string;
  readonly data: readonly { readonly id: string; readonly state: string; readonly valid_to: string | null }[];
  readonly token: string;
  readonly calls: number;
  readonly repeated: boolean;
  readonly wallets: readonly { readonly currency: string; readonly difference: string }[];
}

async function faregate(...words: readonly string[]): Promise<Printed> {
  const environment = environmentOf(server.dataDirectory, {});
  const { code, stdout, stderr } = await runCommand([...words, '--json'], environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Printed;
}

const sum = (...texts: readonly string[]): string => {
  const usd = currencyOf('usd');
  return formatAmount(amount(texts.reduce((total, text) => total + parseAmount(text, usd), 0n)), usd);
};
const negative = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);

async function chargeOf(key: string, requestId: string): Promise<string> {
  const response = await fetch(`${server.url}/v1/generation?id=${requestId}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return ((await response.json()) as { data: { charge: string } }).data.charge;
}

let lastRequestId = '';
async function call(key: string): Promise<string> {
  const response = await post(server.url, key, { model: 'sim/echo', messages: said('to be rated again') });
  expect(response.status, await response.text()).toBe(200);
  lastRequestId = response.headers.get('x-request-id') ?? '';
  return response.headers.get('x-faregate-charge') ?? '';
}

test('calls rated by a wrong price are shown, paid back once, and every receipt recomputes', async () => {
  const { virtual_key: dollars } = await faregate('keys', 'create', '--balance', '1.00');
  const { virtual_key: euros } = await faregate('keys', 'create', '--balance', '1.00', '--currency', 'eur');
  const unpriced = await post(server.url, euros, { model: 'sim/echo', messages: said() });
  expect([unpriced.status, await unpriced.text()]).toEqual([503, expect.stringContaining('no exchange rate')]);
  await faregate('fx', 'set', 'usd', 'eur', '0.5');

  const charged = [await call(dollars), await call(dollars)];
  const requestId = lastRequestId;
  const inEuros = await call(euros);
  await faregate('fx', 'set', 'usd', 'eur', '0.8');
  const [wrong] = (await faregate('prices', 'current', '--name', 'sim/echo')).data;
  const right = join(server.dataDirectory, 'right.json');
  // Half of what is listed: 1 and 2.
  const components = [
    { meter: 'input', price: '0.5', per: '1000000' },
    { meter: 'output', price: '1', per: '1000000' },
  ];
  await writeFile(right, JSON.stringify({ components }));
  await faregate('prices', 'correct', wrong?.id ?? '', '--file', right, '--provenance', 'the price page');
  const half = await call(dollars);
  expect(sum(half, half)).toBe(charged[0]);
  await faregate('prices', 'publish', 'sim/echo', '--input', '7', '--output', '7');

  const period = ['--from', '2026-01-01T00:00:00Z', '--to', '2999-01-01T00:00:00Z', '--model', 'sim/echo'];
  // The ledger's writer is a moment behind the answers.
  const shown = () => faregate('prices', 'rerate', ...period, '--dry-run');
  await eventually(async () => (await shown()).calls === 3, 100);
  const { token, wallets } = await shown();
  const differences = new Map(wallets.map(({ currency, difference }) => [currency, difference]));
  expect(differences.get('usd')).toBe(negative(sum(half, half)));
  expect(sum(...[1, 2].map(() => negative(differences.get('eur') ?? '')))).toBe(inEuros);

  const before = await creditsOf(server.url, dollars);
  const booked = await faregate('prices', 'rerate', ...period, '--confirm', token, '--reason', 'the list was wrong');
  expect(booked).toMatchObject({ repeated: false, calls: 3, wallets });
  expect(await faregate('prices', 'rerate', ...period, '--confirm', token)).toMatchObject({ repeated: true });
  const after = await creditsOf(server.url, dollars);
  expect(await chargeOf(dollars, requestId)).toBe(half);
  expect(after.balance).toBe(sum(before.balance, half, half));
  expect((await shown()).calls).toBe(0);

  await server.kill9Tree();
  server = await startServer({ dataDirectory: server.dataDirectory });
  expect((await creditsOf(server.url, dollars)).balance).toBe(after.balance);
  const history = (await faregate('prices', 'history', 'sim/echo')).data;
  expect(history.map(({ state }) => state).toSorted()).toEqual(['current', 'ended', 'superseded']);
  await server.stop();
  expect(await audit(server.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
});

test('rating again without a dry run is refused', async () => {
  const words = ['prices', 'rerate', '--from', '2026-01-01T00:00:00Z', '--to', '2026-02-01T00:00:00Z'];
  const { code, stderr } = await runCommand(words, environmentOf(server.dataDirectory, {}));
  expect(code).not.toBe(0);
  expect(stderr).toContain('--dry-run first');
});

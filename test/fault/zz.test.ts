import { test, afterAll } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import { startServer, removeServers } from '#test/process/server.ts';
import { haltPostgres } from '#test/process/cluster.ts';
import { startOutsidePostgres } from '#test/process/outside-postgres.ts';
import { creditsOf } from '#test/gateway/wire.ts';
import { call } from './calls.ts';
afterAll(removeServers);
test('halted', async () => {
  const a = await startServer({environment: {FAREGATE_OUTBOX_MAX: '5'}});
  const k = await a.key('5');
  const halted = await haltPostgres(a.dataDirectory);
  const t = performance.now(); const lap = (s: string, ...m: unknown[]) => console.log(s, Math.round(performance.now() - t), ...m);
  for (let i=0;i<8;i++) { const c = await call(a.url, {key: k.key, keyId: k.id, model: 'sim/echo', streamed: false}); lap('call', c.ending.kind, c.ending.kind==='refused' ? c.ending.refusal: ''); }
  lap('credits', await creditsOf(a.url, k.key));
  const u = call(a.url, {key: 'vk_' + 'A'.repeat(43), keyId: '', model: 'sim/echo', streamed: false}).then(c => lap('unknown', c.ending));
  const ad = a.admin('/api/v1/wallets').then(() => 0, (e) => lap('admin', String(e)));
  lap('ready', (await fetch(`${a.url}/health/ready`)).status);
  await wait(3000);
  const s = performance.now();
  const ending = a.stop().then((e) => lap('stopped', e, performance.now() - s));
  await Promise.race([Promise.all([u, ad, ending]), wait(80_000)]);
  console.log(a.stderr.join('\n'));
  halted.goOn();
}, 120_000);
test('stopped', async () => {
  const pg = await startOutsidePostgres();
  const a = await startServer({environment: {...pg.environment, FAREGATE_OUTBOX_MAX: '5'}});
  const k = await a.key('5');
  await pg.stop();
  const t = performance.now(); const lap = (s: string, ...m: unknown[]) => console.log(s, Math.round(performance.now() - t), ...m);
  for (let i=0;i<8;i++) { const c = await call(a.url, {key: k.key, keyId: k.id, model: 'sim/echo', streamed: false}); lap('call', c.ending.kind, c.ending.kind==='refused' ? c.ending.refusal: ''); }
  lap('credits', await creditsOf(a.url, k.key));
  const u = call(a.url, {key: 'vk_' + 'A'.repeat(43), keyId: '', model: 'sim/echo', streamed: false}).then(c => lap('unknown', c.ending));
  const ad = a.admin('/api/v1/wallets').then(() => 0, (e) => lap('admin', String(e)));
  lap('ready', (await fetch(`${a.url}/health/ready`)).status);
  await wait(3000);
  const s = performance.now();
  const ending = a.stop().then((e) => lap('stopped', e, performance.now() - s));
  await Promise.race([Promise.all([u, ad, ending]), wait(80_000)]);
  console.log(a.stderr.join('\n'));
  await pg.stop();
}, 120_000);

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminServer, sha256, startAdminServer } from './server.ts';

let server: AdminServer;

beforeAll(async () => {
  server = await startAdminServer();
});
afterAll(() => server.close());

const post = (path: string, body: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { method: 'POST', body: new URLSearchParams(body), headers, redirect: 'manual' });

test('the link signs in once, for a session that administers, and leads to a first key', async () => {
  const asked = await fetch(`${server.url}/start?token=${server.linkToken}`);
  expect(asked.status).toBe(200);
  const page = await asked.text();
  expect(page).toContain('<form method="post" action="/start">');
  expect(page).not.toContain('<script');
  expect(asked.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(asked.headers.get('referrer-policy')).toBe('no-referrer');
  // Looking at it, as link previews do, uses nothing up.
  expect((await fetch(`${server.url}/start?token=${server.linkToken}`)).status).toBe(200);

  const foreign = await post('/start', { token: server.linkToken }, { origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);
  const signedIn = await post('/start', { token: server.linkToken }, { origin: server.url });
  expect(signedIn.status).toBe(303);
  const set = signedIn.headers.get('set-cookie') ?? '';
  expect(set).toMatch(/HttpOnly/);
  expect(set).toMatch(/SameSite=Strict/);
  const cookie = set.split(';', 1)[0] ?? '';

  for (const again of [
    await post('/start', { token: server.linkToken }),
    await fetch(`${server.url}/start?token=${server.linkToken}`),
  ]) {
    expect(again.status).toBe(403);
    expect(await again.text()).toContain('used already');
  }
  const home = await (await fetch(`${server.url}/start`, { headers: { cookie } })).text();
  expect(home).toContain('Create a first key with $5.00');
  expect((await fetch(`${server.url}/api/v1/users`, { headers: { cookie } })).status).toBe(200);
  const crossed = await fetch(`${server.url}/api/v1/customer-types`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-site' },
    body: '{"name":"x"}',
  });
  expect(crossed.status).toBe(403);

  const key = await (await post('/start/first-key', {}, { cookie })).text();
  expect(key).toMatch(/vk_[A-Za-z0-9_-]{43}/);
  expect(key).toContain('<strong>5 usd</strong>');
  expect(key).toContain('curl http://127.0.0.1:8787/v1/chat/completions');
  expect(key).toContain('sim/echo');

  const other = crypto.randomUUID();
  const { sessions } = server.desk.administration;
  await sessions.open({ tokenHash: sha256(other), userName: 'admin', expiresAt: Date.now() + 60_000 });
  const otherCookie = { cookie: `faregate_session=${other}` };
  expect((await fetch(`${server.url}/api/v1/users`, { headers: otherCookie })).status).toBe(200);
  expect((await post('/start/sign-out', {}, otherCookie)).status).toBe(303);
  expect((await fetch(`${server.url}/api/v1/users`, { headers: otherCookie })).status).toBe(401);

  await server.pool.query(`update faregate.admin_session set expires_at = now()`);
  expect((await fetch(`${server.url}/api/v1/users`, { headers: { cookie } })).status).toBe(401);
  expect((await post('/start/first-key', {}, { cookie })).status).toBe(401);
});

test('a wrong link says so, and guessing is slowed down', async () => {
  const wrong = await fetch(`${server.url}/start?token=%3Cscript%3E`);
  expect(wrong.status).toBe(403);
  expect(await wrong.text()).not.toContain('<script>');
  expect(await (await fetch(server.url)).text()).toContain('not signed in');
  expect((await post('/start', {})).status).toBe(400);
  const statuses: number[] = [];
  for (let n = 0; n < 12; n += 1) statuses.push((await post('/start', { token: `guess-${n}` })).status);
  expect(statuses).toContain(429);
});

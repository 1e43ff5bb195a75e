import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, runCommand, type Started, wholeProgram } from './run-command.ts';
import { type AdminServer, startAdminServer } from './server.ts';

let server: AdminServer;
let directory: string;

beforeAll(async () => {
  server = await startAdminServer();
  directory = await mkdtemp(join(tmpdir(), 'faregate-cli-'));
  await writeServerFile(directory, { url: server.url, token: server.token, pid: process.pid });
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function faregate(args: readonly string[], { environment, ...more }: Partial<Started> = {}): Promise<Ended> {
  return runCommand(args, { environment: { FAREGATE_DATA_DIR: directory, ...environment }, ...more });
}

async function writeServerFile(folder: string, content: object): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'server.json'), JSON.stringify(content), { mode: 0o600 });
}

interface Printed {
  readonly id: string;
  readonly virtual_key: string;
  readonly wallet: { readonly id: string; readonly balance: string };
  readonly data: readonly { readonly code: string }[];
}

async function json(...args: readonly string[]): Promise<Printed> {
  const { status, stdout, stderr } = await faregate([...args, '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Printed;
}

describe('the command line', () => {
  test('prints a new key as JSON, and nothing else', async () => {
    const { status, stdout, stderr } = await faregate(['keys', 'create', '--balance', '5.00', '--json'], {
      program: wholeProgram,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stdout)).toMatchObject({
      virtual_key: expect.stringMatching(/^vk_/),
      wallet: { balance: '5', currency: 'usd' },
    });
  });

  test('prints a new key for people with the key alone on its line, ready to be copied', async () => {
    const { stdout, stderr } = await faregate(['keys', 'create', '--name', 'mine', '--limits', '{"rpm":5}']);
    expect(stdout).toMatch(/^vk_[A-Za-z0-9_-]{43}\n/);
    expect(stdout).toMatch(/^name: +mine$/m);
    expect(stderr).toContain('only time');
  });

  test('keeps keys and wallets', async () => {
    const key = await json('keys', 'create', '--balance', '1');
    expect((await faregate(['wallet', 'topup', key.wallet.id, '2.50', '--reference', 'r1'])).stdout).toBe(
      'Booked: the balance is 3.5 usd.\n',
    );
    expect((await faregate(['wallet', 'topup', key.wallet.id, '2.50', '--reference', 'r1'])).stdout).toContain(
      'Had been booked before',
    );
    expect((await faregate(['wallet', 'show', key.wallet.id])).stdout).toMatch(/^available: +3\.5$/m);
    const events = (await faregate(['wallet', 'events', key.wallet.id])).stdout.split('\n');
    expect(events[0]).toMatch(/^SEQ +OCCURRED AT +KIND/);
    expect(events).toHaveLength(4);
    const listed = (await faregate(['keys', 'list', '--wallet', key.wallet.id])).stdout;
    expect(listed).toContain(key.id);
    expect(listed).not.toContain(key.virtual_key);
    const rotated = await json('keys', 'rotate', key.id, '--grace-seconds', '60');
    expect(rotated).toMatchObject({ id: key.id, virtual_key: expect.not.stringMatching(key.virtual_key) });
    expect((await faregate(['keys', 'revoke', key.id])).stdout).toBe(`Revoked ${key.id}.\n`);
    const page = await faregate(['keys', 'list', '--limit', '1']);
    expect(page.stderr).toMatch(/^There is more: --cursor \S+\n$/);
  });

  test('onboards an organization and keeps its prices and plans, row by row and as CSV', async () => {
    const onboarded = await json('organizations', 'onboard', '--name', 'Terms', '--slug', 'terms');
    expect(onboarded).toMatchObject({ organization: { slug: 'terms' }, pricing: 18, subscriptions: 15 });
    const whose = ['--organization', 'terms', '--provider', 'openai'];
    const price = ['--model-id', 'house', '--input-price-per-1k', '1e-7', '--output-price-per-1k', '0.10'];
    const own = ['--own', '{"x_openai_batch_input_price": "0.00000005"}'];
    expect(await json('pricing', 'create', ...whose, ...price, ...own)).toMatchObject({
      provider: 'openai',
      input_price_per_1k: '0.0000001',
      x_openai_batch_input_price: '0.00000005',
    });
    const listed = (await faregate(['pricing', 'list', ...whose])).stdout.split('\n');
    expect(listed[0]).toMatch(/^PRICING ID +PROVIDER +MODEL ID/);
    expect(listed).toHaveLength(10);
    expect(await json('pricing', 'update', 'house', ...whose, '--end-date', '2030-12-31')).toMatchObject({
      end_date: '2030-12-31',
    });
    expect((await faregate(['pricing', 'disable', 'house', ...whose])).stdout).toMatch(/^is_enabled: +false$/m);
    const csv = (await faregate(['pricing', 'export', ...whose])).stdout;
    expect(csv).toContain(',house,');
    expect((await faregate(['pricing', 'import', '-', ...whose], { input: csv })).stdout).toBe(
      '8 rows are as the file says.\n',
    );
    expect((await faregate(['pricing', 'remove', 'house', ...whose])).stdout).toBe('Removed house.\n');
    expect(await json('pricing', 'reset', '--organization', 'terms')).toMatchObject({ restored: 18, custom_kept: 0 });

    const plan = [
      '--provider',
      'openai',
      '--plan-name',
      'OURS',
      '--tier-type',
      'enterprise',
      '--unit-price-usd',
      '9.90',
    ];
    expect(await json('plans', 'create', ...plan)).toMatchObject({ plan_name: 'OURS', unit_price_usd: '9.9' });
    expect((await faregate(['plans', 'list'])).stdout.split('\n')).toHaveLength(3);
    expect((await faregate(['plans', 'list', '--organization', 'terms'])).stdout.split('\n')).toHaveLength(17);
    const wrong = await faregate(['plans', 'create', ...plan.slice(0, 4), '--tier-type', 'gold']);
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringMatching(/^unit_price_usd: /) });
  });

  test('keeps the catalogue, its keys and its prices; a secret comes by the input', async () => {
    await json(
      'providers',
      'create',
      '--name',
      'acme',
      '--adapter',
      'openai-compatible',
      '--base-url',
      'https://acme.example/v1',
    );
    const added = await faregate(['provider-keys', 'add', 'acme', '--name', 'main', '--secret-file', '-'], {
      input: 'sk-very-secret-0123456789\n',
    });
    expect(added.stdout).toMatch(/^prefix: +sk-…789$/m);
    expect(added.stdout).not.toContain('very-secret');
    await json(
      'models',
      'create',
      '--name',
      'acme/one',
      '--provider',
      'acme',
      '--model-id',
      'one',
      '--max-output-tokens',
      '100',
    );
    await json('aliases', 'create', '--name', 'my-bot', '--targets', 'acme/one,sim/echo');
    await json('prices', 'publish', 'acme/one', '--input', '0.15', '--output', '0.6');
    await json('prices', 'publish', 'my-bot', '--alias', '--request', '0.02');
    expect((await faregate(['prices', 'current', '--name', 'acme/one'])).stdout).toContain('0.15');
    expect((await faregate(['models', 'show', 'acme/one'])).stdout).toMatch(/^provider: +acme$/m);
    expect(
      (await faregate(['models', 'update', 'acme/one', '--max-output-tokens', 'null', '--json'])).stdout,
    ).toContain('"max_output_tokens":null');
    expect((await faregate(['aliases', 'remove', 'my-bot'])).stdout).toBe('Removed my-bot.\n');
  });

  test('drafts, schedules, cancels and corrects prices, and shows their history', async () => {
    await json('models', 'create', '--name', 'dated', '--provider', 'sim', '--model-id', 'dated');
    const beginning = new Date(Date.now() - 60_000).toISOString();
    const first = await json('prices', 'publish', 'dated', '--request', '0.02', '--valid-from', beginning);
    const draft = await json('prices', 'publish', 'dated', '--request', '0.03', '--draft');
    expect((await faregate(['prices', 'drafts', '--name', 'dated'])).stdout).toContain(draft.id);
    expect((await faregate(['prices', 'cancel', draft.id])).stdout).toMatch(/^state: +cancelled$/m);
    const file = join(directory, 'right.json');
    await writeFile(file, JSON.stringify({ components: [{ meter: 'request', price: '0.01', per: '1' }] }));
    const corrected = await faregate(['prices', 'correct', first.id, '--file', file, '--provenance', 'the contract']);
    expect(corrected.stdout).toMatch(/superseded[^]*current/);
    const later = ['--valid-from', '2999-01-01T00:00:00Z'];
    const next = await json('prices', 'publish', 'dated', '--request', '0.04', '--draft', ...later);
    expect((await faregate(['prices', 'approve', next.id])).stdout).toMatch(/^state: +scheduled$/m);
    expect((await faregate(['prices', 'scheduled', '--name', 'dated'])).stdout).toContain(next.id);
    const at = ['--at', new Date(Date.now() - 30_000).toISOString()];
    const known = await faregate(['prices', 'history', 'dated', ...at]);
    expect(known.stdout).toMatch(/RECORDED AT[^]*the contract/);
    expect(known.stdout).not.toContain('0.02');
    const shown = await faregate([
      'prices',
      'rerate',
      '--from',
      beginning,
      '--to',
      '2999-01-01T00:00:00Z',
      '--dry-run',
    ]);
    expect(shown.stdout).toMatch(/Nothing has moved\. To book this: --confirm \S+/);
    expect((await faregate(['prices', 'rerate', '--from', beginning, '--to', beginning])).status).not.toBe(0);
  });

  test('keeps customers, vouchers and rates, and reads the records', async () => {
    await json('customer-types', 'create', '--name', 'business');
    await json('orgs', 'create', '--name', 'Apple', '--customer-type', 'business', '--currency', 'rmb');
    await json('users', 'create', '--email', 'ada@example.com', '--organization', 'apple');
    expect((await faregate(['orgs', 'list'])).stdout).toMatch(/apple +Apple +active +business +0 cny/);
    const key = await json('keys', 'create', '--user', 'ada@example.com', '--currency', 'cny');
    const vouchers = await json('vouchers', 'create', '--amount', '10', '--currency', 'cny', '--count', '2');
    expect(vouchers.data).toHaveLength(2);
    const redeemed = await faregate(['vouchers', 'redeem', vouchers.data[0]?.code ?? '', key.wallet.id]);
    expect(redeemed.status).toBe(0);
    await json('fx', 'set', 'usd', 'cny', '7.12');
    expect((await faregate(['fx', 'list'])).stdout).toMatch(/usd +cny +7\.12/);
    expect((await faregate(['usage', 'list'])).stdout).toBe('Nothing yet.\n');
    expect((await faregate(['audit-log', 'list', '--action', 'fx_rate.set'])).stdout).toContain('fx_rate:usd:cny');
  });
});

describe('a command that cannot be done', () => {
  const oneSentence = async (started: Promise<Ended>, status: number, words: RegExp): Promise<void> => {
    const ended = await started;
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' });
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr).not.toContain('    at ');
  };

  test('says the server’s own sentence, with the field', async () => {
    const args = ['keys', 'create', '--balance', '-5', '--json'];
    await oneSentence(faregate(args), 1, /^balance: "-5" is not more than zero\..*\n$/);
    await oneSentence(
      faregate(['wallet', 'show', '00000000-0000-4000-8000-000000000000']),
      1,
      /^There is no such wallet\.\n$/,
    );
  });

  test('says how to start a server when none runs here', async () => {
    const nowhere = { FAREGATE_DATA_DIR: join(directory, 'nowhere') };
    await oneSentence(
      faregate(['keys', 'list'], { environment: nowhere }),
      1,
      /^No server runs here: .*npm start.*\n$/,
    );
  });

  test('says so when the server that was there has ended', async () => {
    const stale = join(directory, 'stale');
    await writeServerFile(stale, { url: 'http://127.0.0.1:1', token: 'x', pid: 4242 });
    await oneSentence(
      faregate(['keys', 'list'], { environment: { FAREGATE_DATA_DIR: stale } }),
      1,
      /^The server that .*process 4242.*does not run any more.*\n$/,
    );
    const elsewhere = { FAREGATE_URL: 'http://127.0.0.1:1', FAREGATE_ADMIN_TOKEN: 'x' };
    await oneSentence(
      faregate(['keys', 'list'], { environment: elsewhere }),
      1,
      /^No server answers at http:\/\/127\.0\.0\.1:1\. .*\n$/,
    );
  });

  test('says so when the token is missing or wrong', async () => {
    await oneSentence(faregate(['keys', 'list', '--url', server.url]), 1, /FAREGATE_ADMIN_TOKEN/);
    await oneSentence(
      faregate(['keys', 'list', '--url', server.url, '--token', 'wrong']),
      1,
      /^This token is not accepted here\.\n$/,
    );
    const environment = { FAREGATE_URL: `${server.url}/`, FAREGATE_ADMIN_TOKEN: server.token };
    expect((await faregate(['keys', 'list'], { environment })).status).toBe(0);
  });

  test('ends with 2 when it is not one', async () => {
    await oneSentence(faregate(['keys', 'frobnicate']), 2, /unknown command/);
    await oneSentence(faregate(['keys', 'list', '--colour']), 2, /unknown option/);
    await oneSentence(faregate(['wallet', 'topup', 'x']), 2, /missing required argument/);
    await oneSentence(faregate(['keys', 'create', '--limits', '{']), 2, /JSON/);
    await oneSentence(faregate(['models', 'create', '--provider', 'x']), 2, /--name/);
    expect((await faregate(['keys', '--help'])).status).toBe(0);
  });
});

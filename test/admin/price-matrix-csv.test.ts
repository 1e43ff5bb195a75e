// The way through a spreadsheet: exported, edited, checked, published; by the API and by the commands.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientOf } from './client.ts';
import { type Api, matrixPath, readRows, type Refused, stageMatrix } from './matrix-stage.ts';
import { type Ended, runCommand } from './run-command.ts';
import { type AdminServer, startAdminServer } from './server.ts';

const provider = 'acme';
let server: AdminServer;
let api: Api;
let folder: string;

beforeAll(async () => {
  server = await startAdminServer();
  api = clientOf(server);
  folder = await mkdtemp(join(tmpdir(), 'faregate-matrix-'));
  await writeFile(
    join(folder, 'server.json'),
    JSON.stringify({ url: server.url, token: server.token, pid: process.pid }),
  );
  await stageMatrix(api, { provider, models: ['large', 'small'], types: ['free', '=SUM(A1)', 'two\nlines, "quoted"'] });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const head = 'provider,model,customer_type,input_price,output_price,price_per_token,price_per_request,per,currency';
const exported = async (): Promise<string> => (await api.get(`${matrixPath}/csv?provider=${provider}`)).body as string;
const publish = (csv: string, more: object = {}) => api.post(`${matrixPath}/publish`, { csv, ...more });

function matrix(...args: readonly string[]): Promise<Ended> {
  return runCommand(['prices', 'matrix', ...args], { environment: { FAREGATE_DATA_DIR: folder } });
}

describe('a CSV', () => {
  test.each(['0.1', '0.0375', '0.00000000875', '0.10'])(
    'with %s is published and exported with the same text',
    async (text) => {
      const [row] = await readRows(api, provider);
      const csv = `\uFEFF${head},version_id\r\n${provider},large,free,${text},${text},,,1M,usd,${row?.version_id ?? ''}\r\n`;
      expect(await publish(csv)).toMatchObject({ status: 200 });
      expect(await exported()).toContain(`\r\nacme,large,free,${text},${text},,,,,1000000,usd,,`);
    },
  );

  test('may have 1e-7 in it, as spreadsheets write small prices, and says that they may have rounded', async () => {
    const csv = `${head}\n${provider},small,free,1E-07,1e-7,,,token,\n`;
    expect(await api.post(`${matrixPath}/validate`, { csv })).toMatchObject({
      body: { valid: true, warnings: expect.arrayContaining([expect.objectContaining({ code: 'exponent', line: 2 })]) },
    });
    await publish(csv);
    expect(await exported()).toContain('acme,small,free,0.0000001,0.0000001,,,,,1,usd');
  });

  test('that is exported and sent back changes nothing, whatever the names are', async () => {
    const csv = await exported();
    const rows = csv

      .replaceAll(/(=SUM\(A1\)|"two\nlines, ""quoted"""),,,,,,,/g, '$1,,,,,,0.01,');
    expect(await publish(rows, { selection: { providers: [provider] } })).toMatchObject({
      status: 200,
      body: { counts: { added: 4, unchanged: 2 } },
    });
    expect(await publish(await exported())).toMatchObject({ status: 200, body: { counts: { unchanged: 6 } } });
  });

  test('is refused with the line of every row that is wrong', async () => {
    const csv = `${head}\nacme,large,free,,,,,,\n\nacme,small,free,-1,,,,1,\nacme,tiny,free,,,,1,,\n`;
    const { status, body } = await publish(csv);
    expect(status).toBe(400);
    const { message, problems } = (body as Refused).error;
    expect(message).toBe(
      'Pricing incomplete: provider=acme model=large customer_type=free. At least one pricing field must be provided.',
    );
    expect(problems.map(({ line, code }) => [line, code].join(' '))).toEqual([
      '2 incomplete',
      '4 negative',
      '5 unknown_model',
    ]);
  });

  test('and rows together are refused, and so is neither', async () => {
    expect((await publish('a', { rows: [] })).status).toBe(400);
    expect((await api.post(`${matrixPath}/publish`, {})).status).toBe(400);
  });

  test('is kept from overwriting what its editor has not seen', async () => {
    const csv = `${head}\nacme,large,free,9,9,,,1,\n`;
    expect(await publish(csv)).toMatchObject({
      status: 409,
      body: { error: { conflicts: [{ line: 2, seen: null }] } },
    });
  });
});

describe('faregate prices matrix', () => {
  test('exports, checks, compares, replays and publishes a file', async () => {
    const file = join(folder, 'matrix.csv');
    expect(await matrix('export', '--provider', provider, '--output', file)).toMatchObject({ status: 0, stderr: '' });
    const csv = await readFile(file, 'utf8');
    expect(csv).toBe(await exported());
    await writeFile(file, csv.replace(/^acme,small,free,[^,]*,[^,]*,/m, 'acme,small,free,0.0000004,0.0000009,'));

    const checked = await matrix('validate', file, '--provider', provider);
    expect(checked).toMatchObject({ status: 0, stdout: 'It can be published: 1 changed, 5 unchanged.\n' });
    const difference = await matrix('difference', file);
    expect(difference.stdout).toMatch(/acme +small +free +changed +input_price +0\.0000001 +0\.0000004 +\+300/);
    expect((await matrix('what-if', file, '--days', '30')).stdout).toBe('Nothing yet.\n');
    expect(await matrix('publish', file, '--provenance', 'the sheet of autumn')).toMatchObject({
      status: 0,
      stdout: 'Published: 1 changed, 5 unchanged.\n',
    });
    expect((await matrix('show', '--model', 'small', '--customer-type', 'free')).stdout).toMatch(
      /acme +small +free +simple +0\.0000004 +0\.0000009/,
    );
  });

  test('says all that is wrong, and ends with 1', async () => {
    const file = join(folder, 'wrong.csv');
    await writeFile(file, `${head}\nacme,large,free,,,,,,\nacme,large,nobody,,,,1,,\n`);
    for (const name of ['validate', 'publish']) {
      const { status, stderr } = await matrix(name, file);
      expect(status).toBe(1);
      expect(stderr).toContain(
        'line 2, acme large free: Pricing incomplete: provider=acme model=large customer_type=free.',
      );
      expect(stderr).toContain('line 3, acme large nobody, customer_type: There is no customer type "nobody".');
    }
    const incomplete = join(folder, 'incomplete.csv');
    await writeFile(incomplete, `${head}\nacme,large,free,1,1,,,1,\n`);
    const { stderr } = await matrix('validate', incomplete, '--model', 'large');
    expect(stderr).toContain('Pricing incomplete: provider=acme model=large customer_type==SUM(A1).');
  });

  test('shows the difference to whoever comes second', async () => {
    const file = join(folder, 'late.csv');
    await writeFile(file, `${head}\nacme,large,free,7,8,,,1000000,usd\n`);
    const { status, stderr } = await matrix('publish', file);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /line 2, acme large free: you saw nothing; in force is input_price 0\.10 .*; you sent input_price 7/,
    );
    expect(stderr).toContain('Changed meanwhile by admin');
  });
});

// Starts that must not happen: each says in one sentence why, and ends at once.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { creditsOf } from '#test/gateway/wire.ts';
import type { Environment, Ran } from '#test/process/launch.ts';
import {
  freshDataDirectory,
  removeServers,
  startInVain,
  startServer,
  type TestKey,
  type TestServer,
} from '#test/process/server.ts';

const masterKey = Buffer.alloc(32, 7).toString('base64');

let first: TestServer;
let owner: TestKey;

beforeAll(async () => {
  first = await startServer();
  owner = await first.key('5');
});

afterAll(removeServers);

describe('a start that must not happen', () => {
  test('on a data directory that is in use is refused, and the server that uses it is not disturbed', async () => {
    const refused = await startInVain({ dataDirectory: first.dataDirectory });
    expectRefusal(refused, /^Another faregate \(process \d+ on .+\) is using the data directory \S+\. Stop it first/);
    expect(refused.stderr).toContain(`process ${first.pid}`);
    expect(await creditsOf(first.url, owner.key)).toMatchObject({ balance: '5' });
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
  });

  test('on a port that is in use is refused before anything else is touched', async () => {
    const port = new URL(first.url).port;
    const refused = await inVain({ FAREGATE_PORT: port });
    expectRefusal(refused, new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is in use\\. .*FAREGATE_PORT`));
  });

  test('with a database that cannot be reached is refused', async () => {
    const url = 'postgres://faregate:secret@127.0.0.1:9/faregate';
    const refused = await inVain({ DATABASE_URL: url, FAREGATE_MASTER_KEY: masterKey });
    expectRefusal(
      refused,
      /^The database cannot be reached: .*127\.0\.0\.1:9\. Does it run, and is DATABASE_URL right\?$/,
    );
    expect(refused.stderr).not.toContain('secret');
  });

  test('with a database of others and no master key is refused', async () => {
    const refused = await inVain({ DATABASE_URL: 'postgres://faregate@127.0.0.1:9/faregate' });
    expectRefusal(refused, /^FAREGATE_MASTER_KEY \(or FAREGATE_MASTER_KEY_FILE\) is missing\./);
  });

  test.each<[string, Environment, RegExp]>([
    ['a port that is none', { FAREGATE_PORT: 'http' }, /^FAREGATE_PORT must be a whole number/],
    ['an address that is no database', { DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must begin with postgres:/],
    ['a token that is easily guessed', { FAREGATE_ADMIN_TOKEN: 'secret' }, /^FAREGATE_ADMIN_TOKEN is too short/],
    ['a failpoint that is none', { FAREGATE_FAILPOINT: 'at-lunch' }, /^There is no failpoint "at-lunch"/],
  ])('with %s is refused', async (_, environment, sentence) => {
    expectRefusal(await inVain(environment), sentence);
  });

  test('with a master key that was damaged is refused', async () => {
    const dataDirectory = await freshDataDirectory();
    writeFileSync(join(dataDirectory, 'master.key'), 'half of it\n');
    expectRefusal(await startInVain({ dataDirectory }), /master\.key does not hold a master key/);
  });
});

async function inVain(environment: Environment): Promise<Ran> {
  return startInVain({ environment });
}

function expectRefusal({ code, stdout, stderr, tookMs }: Ran, sentence: RegExp): void {
  const said = stderr.split('\n').filter((line) => !line.startsWith('{"level":"info"'));
  expect(said).toEqual([expect.stringMatching(sentence)]);
  expect(stdout).toBe('');
  expect(code).toBe(1);
  expect(tookMs).toBeLessThan(10_000);
}

// A journal that was damaged, or cut off, between the death of a server and its next start.
import {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeFrame, magic, readFrame } from '#adapters/journal/frame.ts';
import { audit } from '#test/process/audit.ts';
import { removeServers, startInVain } from '#test/process/server.ts';
import { newIn } from './aftermath.ts';
import { call, type Called } from './calls.ts';
import { type Ground, makeGround } from './ground.ts';

/** The process dies with the third charge in the journal, and not in the ledger. */
const failpoint = 'after-settle:3';

let ground: Ground;

beforeAll(async () => {
  ground = await makeGround({ callers: 3, failpoint });
});

afterAll(async () => {
  await removeServers();
  await ground.outside.stop();
});

describe('a journal', () => {
  test('that is damaged in the middle stops the start with its name and the place, and loses nothing once restored', async () => {
    const called = await callUntilKilled('damaged');
    const file = journalFile();
    const { offset, end } = frameAt(file, 2);
    const copy = `${file}.copy`;
    copyFileSync(file, copy);
    damage(file, Math.floor((offset + end) / 2));
    const damaged = readFileSync(file);
    const { dataDirectory } = ground;
    for (const _ of ['the first time', 'and again']) {
      const refused = await startInVain({ dataDirectory });
      expect(refused.stderr).toContain(`The journal is damaged: ${file} at byte ${offset}: `);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.tookMs).toBeLessThan(10_000);
    }
    expect(readFileSync(file)).toEqual(damaged);

    copyFileSync(copy, file);
    await ground.restart(failpoint);
    await ground.expectCharged(called);
    expect(ground.server.stderr.join('\n')).not.toContain('"level":"warn"');
  });

  test('that ends in half a record starts with a warning, and charges all that it has', async () => {
    const called = await callUntilKilled('half');
    const file = journalFile();
    const { size } = statSync(file);
    appendFileSync(file, encodeFrame(1_000_000, 'x'.repeat(500)).subarray(0, 100));
    await ground.restart(failpoint);
    expectTornWarning(file, size);
    await ground.expectCharged(called);
  });

  test('whose last record was lost with the power has the call it was about, at its estimate', async () => {
    const called = await callUntilKilled('torn');
    const file = journalFile();
    const last = frameAt(file, Number.POSITIVE_INFINITY);
    truncateSync(file, last.end - 7);
    await ground.restart();
    expectTornWarning(file, last.offset);
    const before = ground.read;
    await ground.expectCharged(called);
    expect(newIn(ground.read, before).at(-1)).toMatchObject({ final: false, outcome: 'reaped' });
    expect(await ground.server.stop()).toMatchObject({ code: 0 });
    expect(await audit(ground.dataDirectory)).toMatchObject({ code: 0, findings: [], incomplete: [] });
  });
});

/** One after the other; the last one dies between journal and ledger. */
async function callUntilKilled(name: string): Promise<readonly Called[]> {
  const called: Called[] = [];
  for (const [index, { key, id: keyId }] of ground.keys.entries()) {
    const order = { key, keyId, model: 'outside/echo', streamed: index === 1, tag: `${name}-${index}` };
    called.push(await call(ground.server.url, order));
  }
  expect(called.map(({ ending }) => ending.kind)).toEqual(['whole', 'whole', 'nothing']);
  expect(await ground.server.exited).toMatchObject({ signal: 'SIGKILL' });
  return called;
}

function journalFile(): string {
  const directory = join(ground.dataDirectory, 'journal');
  const newest = readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .toSorted()
    .at(-1);
  if (newest === undefined) throw new Error(`There is no journal in ${directory}.`);
  return join(directory, newest);
}

/** Where the record of that number in its file begins and ends, the first being 1; the last one if there are fewer. */
function frameAt(file: string, wanted: number): { readonly offset: number; readonly end: number } {
  const bytes = readFileSync(file);
  let found = { offset: magic.length, end: magic.length };
  for (let count = 0; count < wanted && found.end < bytes.length; count += 1) {
    const frame = readFrame(bytes, found.end);
    if (typeof frame === 'string') throw new Error(frame);
    found = { offset: found.end, end: frame.end };
  }
  return found;
}

function damage(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x20, at);
  writeFileSync(file, bytes);
}

function expectTornWarning(file: string, offset: number): void {
  const warnings = ground.server.stderr.filter((line) => line.includes('"level":"warn"'));
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`The journal ${file} ends in an unfinished record at byte ${offset}`);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { callOf, entryOf } from '#ports/fast-store-calls.contract.ts';
import { encodeRecord } from './codec.ts';
import { openJournal } from './journal.ts';

const lives = 8;
const sample = encodeRecord({ kind: 'settle', entry: entryOf(callOf({ requestId: '', walletId: 'wallet' }), 77n) });
const program = new URL('append-until-killed.ts', import.meta.url).pathname;

test('a process that is killed at any moment leaves every record that it was told is kept', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'faregate-kill-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const said: Said = { dispatched: new Set(), settled: new Set(), forgotten: new Set(), warnings: [] };
  for (let life = 1; life <= lives; life += 1) {
    const before = said.dispatched.size;
    note(said, await liveAndDie(directory, life));
    expect(said.dispatched.size).toBeGreaterThan(before);
  }
  const warnings: string[] = [];
  const journal = await openJournal({ directory, sync: 'group', warn: (message) => warnings.push(message) });
  const found = new Map((await journal.unfinished()).map((each) => [each.call.requestId, each]));
  const wanted = (requestIds: ReadonlySet<string>) => [...requestIds].filter((each) => !said.forgotten.has(each));
  expect(wanted(said.dispatched).filter((requestId) => !found.has(requestId))).toEqual([]);
  expect(wanted(said.settled).filter((requestId) => !found.get(requestId)?.entry)).toEqual([]);
  for (const requestId of wanted(said.settled)) {
    expect(found.get(requestId)?.entry).toMatchObject({ eventId: `event of ${requestId}`, total: 77n });
  }
  for (const warning of [...said.warnings, ...warnings]) expect(warning).toContain('ends in an unfinished record');
  await journal.close();
});

interface Said {
  readonly dispatched: Set<string>;
  readonly settled: Set<string>;
  readonly forgotten: Set<string>;
  /** The system may stop a write of several pages between two of them. */
  readonly warnings: string[];
}

/** What the process said before it was killed, at a moment of chance after its first record. */
async function liveAndDie(directory: string, life: number): Promise<string> {
  const child = spawn(process.execPath, [program, directory, String(life), sample], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  let isDying = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (isDying) return;
    isDying = true;
    setTimeout(() => child.kill('SIGKILL'), Math.random() * 150);
  });
  await once(child, 'close');
  return said;
}

function note({ dispatched, settled, forgotten, warnings }: Said, said: string): void {
  for (const line of said.slice(0, said.lastIndexOf('\n')).split('\n')) {
    const [word, requestId = ''] = line.split(' ');
    if (word === 'warning') warnings.push(line);
    if (word === 'dispatched') dispatched.add(requestId);
    if (word === 'settled') settled.add(requestId);
    if (word === 'forgetting') forgotten.add(requestId);
  }
}

// A gateway's life for the test that kills it: appends, and says aloud what was acknowledged, as fast as it can.
import { writeSync } from 'node:fs';
import { decodeRecord } from './codec.ts';
import { openJournal } from './journal.ts';

const [directory = '', life = '', sample = ''] = process.argv.slice(2);
const standardOutput = 1;
const say = (line: string): number => writeSync(standardOutput, `${line}\n`);

const settlement = decodeRecord(sample);
if (settlement.kind !== 'settle') throw new Error('The sample is a settlement.');

const journal = await openJournal({
  directory,
  sync: 'group',
  segmentBytesMax: 200_000,
  warn: (message) => say(`warning ${message}`),
});

for (let number = 1; ; number += 1) {
  const requestId = `${life}-${number}`;
  const call = { ...settlement.entry.call, requestId, dispatchNo: number };
  await journal.append({ kind: 'dispatch', call });
  say(`dispatched ${requestId}`);
  if (number % 2 === 0) {
    await journal.append({ kind: 'settle', entry: { ...settlement.entry, eventId: `event of ${requestId}`, call } });
    say(`settled ${requestId}`);
  }
  if (number % 5 === 0) {
    say(`forgetting ${requestId}`);
    await journal.forget([requestId]);
  }
}

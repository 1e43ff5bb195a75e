// A gateway's life for the test that kills it: appends, and says aloud what was acknowledged, as fast as it can.
import { writeSync } from 'node:fs';
import { callOf, entryOf } from '#ports/fast-store-calls.contract.ts';
import { openJournal } from './journal.ts';

const [directory = '', life = ''] = process.argv.slice(2);
const standardOutput = 1;

const journal = await openJournal({
  directory,
  sync: 'group',
  segmentBytesMax: 200_000,
  warn: (message) => writeSync(standardOutput, `warning ${message}\n`),
});

for (let number = 1; ; number += 1) {
  const requestId = `${life}-${number}`;
  const call = callOf({ requestId, walletId: 'wallet' });
  await journal.append({ kind: 'dispatch', call });
  writeSync(standardOutput, `dispatched ${requestId}\n`);
  if (number % 2 === 0) {
    await journal.append({ kind: 'settle', entry: entryOf(call, BigInt(number)) });
    writeSync(standardOutput, `settled ${requestId}\n`);
  }
  if (number % 5 === 0) {
    writeSync(standardOutput, `forgetting ${requestId}\n`);
    await journal.forget([requestId]);
  }
}

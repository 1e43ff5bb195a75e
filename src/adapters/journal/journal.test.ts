import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { journalContract } from '#ports/journal.contract.ts';
import { openJournal } from './journal.ts';

for (const sync of ['group', 'wait'] as const) {
  for (const segmentBytesMax of [1, 5_000]) {
    journalContract(`the journal on disk, ${sync}, segments of ${segmentBytesMax} bytes`, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'faregate-journal-'));
      onTestFinished(() => rmSync(directory, { recursive: true }));
      const warn = (message: string): never => {
        throw new Error(message);
      };
      // A life that ends without closing leaves its files as they are.
      return { open: () => openJournal({ directory, sync, segmentBytesMax, warn }), crash: async () => undefined };
    });
  }
}

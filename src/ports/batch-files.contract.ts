// What every keeper of uploaded files must do.
import { describe, expect, test } from 'vitest';
import type { BatchFile, BatchFiles } from './batch-files.ts';

export interface BatchFilesKeeper {
  readonly files: BatchFiles;
  readonly createWallet: () => Promise<string>;
}

const startedAt = Date.UTC(2026, 10, 22);
const day = 86_400_000;

export function batchFilesContract(name: string, make: () => Promise<BatchFilesKeeper>): void {
  describe(name, () => {
    let made = 0;
    const fileOf = (walletId: string, more: Partial<BatchFile> = {}): BatchFile => {
      made += 1;
      return {
        id: crypto.randomUUID(),
        walletId,
        virtualKeyId: crypto.randomUUID(),
        fileName: `calls ${made}.jsonl`,
        bytes: 4,
        createdAt: startedAt + made * 1_000,
        ...more,
      };
    };
    const content = Buffer.from([0, 255, 10, 13]);
    const room = { bytesMax: 1_000, keptSince: startedAt - 30 * day };

    test('a file comes back as it was put, to its own wallet alone, until it is removed', async () => {
      const { files, createWallet } = await make();
      const [mine, theirs] = [await createWallet(), await createWallet()];
      const file = fileOf(mine);
      expect(await files.put(file, content, room)).toBe(true);
      expect(await files.find(mine, file.id)).toEqual(file);
      expect(await files.content(mine, file.id)).toEqual(content);
      expect(await files.find(theirs, file.id)).toBeUndefined();
      expect(await files.content(theirs, file.id)).toBeUndefined();
      expect(await files.remove(theirs, file.id)).toBe(false);
      expect(await files.remove(mine, file.id)).toBe(true);
      expect(await files.remove(mine, file.id)).toBe(false);
      expect(await files.find(mine, file.id)).toBeUndefined();
    });

    test('a page holds the files of one wallet by their time, from a cursor on', async () => {
      const { files, createWallet } = await make();
      const [mine, theirs] = [await createWallet(), await createWallet()];
      const own = [fileOf(mine), fileOf(mine), fileOf(mine)];
      const foreign = fileOf(theirs);
      for (const file of [...own, foreign]) await files.put(file, content, room);
      const ids = own.map(({ id }) => id);
      const page = async (more: Parameters<BatchFiles['list']>[1]) =>
        (await files.list(mine, more)).map(({ id }) => id);
      expect(await page({ limit: 10, order: 'asc' })).toEqual(ids);
      expect(await page({ limit: 2, order: 'desc' })).toEqual([ids[2], ids[1]]);
      expect(await page({ limit: 2, order: 'desc', after: ids[1] ?? '' })).toEqual([ids[0]]);
      expect(await page({ limit: 2, order: 'asc', after: foreign.id })).toEqual([]);
    });

    test('no wallet keeps more than it may, and what is too old is forgotten', async () => {
      const { files, createWallet } = await make();
      const wallet = await createWallet();
      const old = fileOf(wallet, { createdAt: startedAt - 31 * day });
      expect(await files.put(old, content, { ...room, keptSince: startedAt - 40 * day })).toBe(true);
      expect(await files.put(fileOf(wallet), content, { ...room, bytesMax: 4 })).toBe(true);
      expect(await files.find(wallet, old.id)).toBeUndefined();
      expect(await files.put(fileOf(wallet), content, { ...room, bytesMax: 7 })).toBe(false);
      expect(await files.put(fileOf(wallet), content, { ...room, bytesMax: 8 })).toBe(true);
      expect((await files.list(wallet, { limit: 10, order: 'asc' })).length).toBe(2);
    });
  });
}

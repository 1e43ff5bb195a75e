// Uploaded files in memory.
import type { BatchFile, BatchFiles } from '#ports/batch-files.ts';

interface Kept {
  readonly file: BatchFile;
  readonly content: Buffer;
}

export function memoryBatchFiles(): BatchFiles {
  const kept = new Map<string, Kept>();
  const of = (walletId: string) => [...kept.values()].filter(({ file }) => file.walletId === walletId);
  const find = (walletId: string, id: string) => of(walletId).find(({ file }) => file.id === id);
  return {
    async put(file, content, { bytesMax, keptSince }) {
      for (const [id, each] of kept) if (each.file.createdAt < keptSince) kept.delete(id);
      const bytes = of(file.walletId).reduce((sum, each) => sum + each.file.bytes, 0);
      if (bytes + file.bytes > bytesMax) return false;
      kept.set(file.id, { file, content });
      return true;
    },
    find: async (walletId, id) => find(walletId, id)?.file,
    content: async (walletId, id) => find(walletId, id)?.content,
    async list(walletId, { limit, order, after }) {
      const own = of(walletId)
        .map(({ file }) => file)
        .toSorted((one, two) => (keyOf(one) < keyOf(two) ? -1 : 1));
      const ordered = order === 'asc' ? own : own.toReversed();
      const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
      return after !== undefined && start === 0 ? [] : ordered.slice(start, start + limit);
    },
    remove: async (walletId, id) => find(walletId, id) !== undefined && kept.delete(id),
  };
}

function keyOf({ createdAt, id }: BatchFile): string {
  return `${String(createdAt).padStart(16, '0')} ${id}`;
}

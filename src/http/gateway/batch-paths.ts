// Addresses of files and batches.
export interface BatchPath {
  readonly collection: 'files' | 'batches';
  readonly id?: string;
  readonly part?: 'content' | 'cancel';
}

export function batchPathOf(path: string): BatchPath | undefined {
  const [empty, version, collection, id, part, ...more] = path.split('/');
  if (empty !== '' || version !== 'v1' || (collection !== 'files' && collection !== 'batches')) return undefined;
  if (more.length > 0 || id === '') return undefined;
  if (id === undefined) return { collection };
  if (part === undefined) return { collection, id };
  if (collection === 'files' && part === 'content') return { collection, id, part };
  if (collection === 'batches' && part === 'cancel') return { collection, id, part };
  return undefined;
}

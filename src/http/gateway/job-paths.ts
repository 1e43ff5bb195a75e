// Addresses of jobs: a collection for each kind, one job in it, and what can be asked of one.
import type { JobKind } from '#core/call/job-request.ts';

export interface JobPath {
  readonly kind: JobKind;
  readonly id?: string;
  readonly part?: 'content' | 'remix';
}

const collections: readonly (readonly [path: string, kind: JobKind])[] = [
  ['/v1/videos', 'video'],
  ['/v1/music/generations', 'music'],
];

export function jobPathOf(path: string): JobPath | undefined {
  for (const [collection, kind] of collections) {
    if (!path.startsWith(collection)) continue;
    if (path.length === collection.length) return { kind };
    if (path[collection.length] !== '/') continue;
    const [id = '', part, ...more] = path.slice(collection.length + 1).split('/');
    if (id === '' || more.length > 0) return undefined;
    if (part === undefined) return { kind, id };
    if (part === 'content' || (part === 'remix' && kind === 'video')) return { kind, id, part };
    return undefined;
  }
  return undefined;
}

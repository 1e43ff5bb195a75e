import type { Counts, UsageShape } from './usage-shape.ts';

/** Where in a stream its usage stands, as JSON to append to a chunk. */
export interface UsageWish {
  readonly id: string;
  readonly shape: UsageShape;
  readonly includeUsage: boolean;
}

/** On a chunk that does not end the answer. */
export function usageAlong(wish: UsageWish, soFar: () => Counts): string {
  switch (wish.shape.stream) {
    case 'when-asked':
    case 'when-asked-and-x-groq':
      return wish.includeUsage ? ',"usage":null' : '';
    case 'on-finish-else-null':
      return ',"usage":null';
    case 'on-every-chunk':
      return usageField(wish, soFar);
    case 'on-finish':
    case 'in-choice':
    case 'never':
      return '';
  }
}

/** On the chunk that ends the answer: inside its choice, and after its choices. */
export function finishUsage(
  wish: UsageWish,
  soFar: () => Counts,
): { readonly inChoice: string; readonly tail: string } {
  switch (wish.shape.stream) {
    case 'on-finish':
    case 'on-finish-else-null':
      return { inChoice: '', tail: usageField(wish, soFar) };
    case 'in-choice':
      return { inChoice: usageField(wish, soFar), tail: '' };
    case 'when-asked-and-x-groq': {
      const ours = JSON.stringify({ id: `req_${wish.id}`, usage: wish.shape.usage(soFar()) });
      return { inChoice: '', tail: `${usageAlong(wish, soFar)},"x_groq":${ours}` };
    }
    case 'when-asked':
    case 'on-every-chunk':
    case 'never':
      return { inChoice: '', tail: usageAlong(wish, soFar) };
  }
}

/** Whether a chunk without choices follows, with nothing but the usage. */
export function hasTrailingUsage(wish: UsageWish): boolean {
  switch (wish.shape.stream) {
    case 'when-asked':
    case 'when-asked-and-x-groq':
      return wish.includeUsage;
    case 'on-finish':
    case 'on-finish-else-null':
    case 'in-choice':
    case 'on-every-chunk':
    case 'never':
      return false;
  }
}

function usageField(wish: UsageWish, soFar: () => Counts): string {
  return `,"usage":${JSON.stringify(wish.shape.usage(soFar()))}`;
}

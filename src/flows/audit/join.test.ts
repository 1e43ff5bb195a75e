import { describe, expect, test } from 'vitest';
import { joined } from './join.ts';

async function* rows(...keys: string[]): AsyncGenerator<string> {
  yield* keys;
}

const keyed = (name: string, ...keys: string[]) => ({ name, rows: rows(...keys), keyOf: (row: string) => row });

describe('joined', () => {
  test('hands over what belongs together, in order, and leaves nothing out', async () => {
    const groups = await Array.fromAsync(
      joined({ left: keyed('left', 'a', 'a', 'c'), right: keyed('right', 'b', 'c') }),
    );
    expect(groups).toEqual([
      { key: 'a', left: ['a', 'a'], right: [] },
      { key: 'b', left: [], right: ['b'] },
      { key: 'c', left: ['c'], right: ['c'] },
    ]);
  });

  test('refuses a list that is not sorted', async () => {
    const groups = joined({ left: keyed('left', 'b', 'a') });
    await expect(Array.fromAsync(groups)).rejects.toThrow('left are not sorted: "a" comes after "b"');
  });

  test('closes every list when whoever reads it stops', async () => {
    const closed: string[] = [];
    async function* watched(name: string): AsyncGenerator<string> {
      try {
        yield 'a';
        yield 'b';
      } finally {
        closed.push(name);
      }
    }
    const list = (name: string) => ({ name, rows: watched(name), keyOf: (row: string) => row });
    for await (const group of joined({ left: list('left'), right: list('right') })) {
      if (group.key === 'a') break;
    }
    expect(closed).toEqual(['left', 'right']);
  });
});

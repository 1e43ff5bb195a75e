// UUIDs of version 7 (RFC 9562): milliseconds first, so that rows made together lie together; the rest by chance.
import { randomFillSync } from 'node:crypto';
import type { Identifiers } from '#ports/clock.ts';

// Random bytes are drawn in advance: asking the kernel for ten at a time would cost every call.
const pool = Buffer.alloc(8_192);
let used = pool.length;

const digits = Buffer.from('0123456789abcdef');

// Written into one buffer and read as one flat text: pieces put together are flattened later, by whoever looks them up.
const text = Buffer.from('00000000-0000-7000-8000-000000000000');
let textMs = 0;

function put(at: number, byte: number): void {
  text[at] = digits[byte >> 4] ?? 0;
  text[at + 1] = digits[byte & 15] ?? 0;
}

export const uuidsByTime: Identifiers = {
  next() {
    if (used + 10 > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const nowMs = Date.now();
    if (nowMs !== textMs) {
      textMs = nowMs;
      const time = nowMs.toString(16).padStart(12, '0');
      text.write(time.slice(0, 8), 0, 'latin1');
      text.write(time.slice(8), 9, 'latin1');
    }
    const byte = (index: number): number => pool[used + index] ?? 0;
    text[15] = digits[byte(0) & 15] ?? 0;
    put(16, byte(1));
    put(19, (byte(2) & 0x3f) | 0x80);
    put(21, byte(3));
    for (let index = 0; index < 6; index += 1) put(24 + index * 2, byte(4 + index));
    used += 10;
    return text.toString('latin1');
  },
};

// A record's bytes in a segment: a head that can be checked by itself, then the payload.
import { crc32 } from 'node:zlib';

/** A segment begins with this; another version of the records begins with another. */
export const magic = Buffer.from('fareJ-1\n', 'latin1');

// The payload's length and checksum, the record's number, and the checksum of these three. The length has a checksum of
// its own because a damaged length would point past the end, and pass for a last record that was not finished.
const lengthAt = 0;
const payloadSumAt = 4;
const numberAt = 8;
const numberBytes = 6;
const headSumAt = numberAt + numberBytes;
const headBytes = headSumAt + 4;

export interface Frame {
  /** Counts on from record to record over all segments, so that a missing one shows. */
  readonly number: number;
  readonly payload: string;
  /** Where the next frame begins. */
  readonly end: number;
}

/** What is wrong with the bytes. */
export type Unreadable = string;

// Grows to the largest record seen, and is used again by every record: each is written before the next is encoded.
let scratch = Buffer.allocUnsafe(64 * 1024);

/** Valid until the next call; the first has the number, the others follow. */
export function encodeFrames(number: number, payloads: readonly string[]): Buffer {
  // No character takes more than three bytes of UTF-8 per unit of the string's length.
  let bytesMax = 0;
  for (const payload of payloads) bytesMax += headBytes + payload.length * 3;
  if (scratch.length < bytesMax) scratch = Buffer.allocUnsafe(bytesMax);
  let at = 0;
  let next = number;
  for (const payload of payloads) {
    const length = scratch.write(payload, at + headBytes, 'utf8');
    scratch.writeUInt32LE(length, at + lengthAt);
    scratch.writeUInt32LE(crc32(scratch.subarray(at + headBytes, at + headBytes + length)), at + payloadSumAt);
    scratch.writeUIntLE(next, at + numberAt, numberBytes);
    scratch.writeUInt32LE(crc32(scratch.subarray(at, at + headSumAt)), at + headSumAt);
    at += headBytes + length;
    next += 1;
  }
  return scratch.subarray(0, at);
}

export function encodeFrame(number: number, payload: string): Buffer {
  return encodeFrames(number, [payload]);
}

export function readFrame(bytes: Buffer, offset: number): Frame | Unreadable {
  const payloadAt = offset + headBytes;
  if (payloadAt > bytes.length) return 'the record breaks off in its head';
  if (crc32(bytes.subarray(offset, offset + headSumAt)) !== bytes.readUInt32LE(offset + headSumAt)) {
    return 'the head does not match its checksum';
  }
  const end = payloadAt + bytes.readUInt32LE(offset + lengthAt);
  if (end > bytes.length) return 'the record breaks off';
  const payload = bytes.subarray(payloadAt, end);
  if (crc32(payload) !== bytes.readUInt32LE(offset + payloadSumAt)) return 'the record does not match its checksum';
  return { number: bytes.readUIntLE(offset + numberAt, numberBytes), payload: payload.toString('utf8'), end };
}

/** Whether anything after the offset reads as a record: then what is there is no unfinished end. */
export function hasFrameAfter(bytes: Buffer, offset: number): boolean {
  for (let at = offset + 1; at + headBytes <= bytes.length; at += 1) {
    if (typeof readFrame(bytes, at) !== 'string') return true;
  }
  return false;
}

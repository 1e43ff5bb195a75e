import { describe, expect, test } from 'vitest';
import { audioLengthOf } from './audio-length.ts';

function wave({ seconds, rate = 8_000, channels = 1, bits = 16, claims = seconds }: Wave): Buffer {
  const sound = Buffer.alloc((seconds * rate * channels * bits) / 8);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36);
  head.writeUInt32LE(Math.floor((claims * rate * channels * bits) / 8), 40);
  return Buffer.concat([head, sound]);
}

interface Wave {
  readonly seconds: number;
  readonly rate?: number;
  readonly channels?: number;
  readonly bits?: number;
  readonly claims?: number;
}

/** MPEG-1 layer III at 128 kbit/s and 44.1 kHz: 417 bytes a frame. */
function mpeg(frames: number): Buffer {
  const frame = Buffer.alloc(417);
  frame.set([0xff, 0xfb, 0x90, 0x00]);
  return Buffer.concat(Array.from({ length: frames }, () => frame));
}

function ogg(seconds: number, bytes: number): Buffer {
  const page = Buffer.alloc(Math.max(bytes, 64));
  page.write('OggS', 0);
  page.writeBigInt64LE(BigInt(seconds * 48_000), 6);
  page.writeUInt8(1, 26);
  page.write('OpusHead', 28);
  return page;
}

function mp4(seconds: number, bytes: number): Buffer {
  const file = Buffer.alloc(bytes);
  file.writeUInt32BE(16, 0);
  file.write('ftypM4A ', 4);
  file.writeUInt32BE(200, 16);
  file.write('moov', 20);
  file.writeUInt32BE(108, 24);
  file.write('mvhd', 28);
  file.writeUInt32BE(1_000, 44);
  file.writeUInt32BE(seconds * 1_000, 48);
  return file;
}

function flac(seconds: number, bytes: number): Buffer {
  const file = Buffer.alloc(bytes);
  file.write('fLaC', 0);
  file.writeUInt32BE((44_100 << 12) >>> 0, 18);
  file.writeUInt32BE(seconds * 44_100, 22);
  return file;
}

describe('of what plays at a known rate the length is known', () => {
  test.each([
    ['a minute', wave({ seconds: 60 }), 60],
    ['in stereo', wave({ seconds: 60, channels: 2, rate: 44_100 }), 60],
    ['MPEG, frame by frame', mpeg(1_000), (1_000 * 1_152) / 44_100],
    ['MPEG behind a tag', Buffer.concat([Buffer.from('ID3\x04\x00\x00\x00\x00\x00\x0a0123456789'), mpeg(100)]), 2.613],
  ])('%s', (_what, bytes, seconds) => {
    const length = audioLengthOf(bytes);
    expect(length.secondsMax).toBeGreaterThanOrEqual(seconds - 0.001);
    expect(length.secondsMax).toBeLessThan(seconds + 0.01);
    expect(length.seconds).toBe(length.secondsMax);
  });
});

describe('what a file claims makes it no shorter', () => {
  test.each([
    ['a wave of a second that has an hour', wave({ seconds: 3_600, claims: 1 }), 3_600],
    ['a wave of a million channels', wave({ seconds: 1, channels: 60_000, rate: 1_000 }), 100],
    ['MPEG with something else between its frames', Buffer.concat([mpeg(1), Buffer.alloc(100_000)]), 100],
    ['Ogg that ends at once', ogg(1, 100_000), 100],
    ['MP4 of a second', mp4(1, 100_000), 100],
    ['FLAC of a second', flac(1, 100_000), 100],
    ['anything', Buffer.alloc(100_000, 'x'), 100],
  ])('%s', (_what, bytes, seconds) => {
    expect(audioLengthOf(bytes).secondsMax).toBeGreaterThanOrEqual(seconds);
  });
});

describe('what a file claims is what it is charged by, when nobody says more', () => {
  test.each([
    ['Ogg', ogg(30, 100_000), 30],
    ['MP4', mp4(30, 100_000), 30],
    ['FLAC', flac(30, 100_000), 30],
    ['of what claims nothing, as voice recorders have it', Buffer.alloc(100_000, 'x'), 25],
  ])('%s', (_what, bytes, seconds) => {
    expect(audioLengthOf(bytes).seconds).toBe(seconds);
  });

  test('an hour of silence in few bytes is held for as an hour', () => {
    expect(audioLengthOf(mp4(3_600, 1_000)).secondsMax).toBe(3_600);
  });
});

test('nothing breaks it', () => {
  const whole = [wave({ seconds: 1 }), mpeg(3), ogg(1, 300), mp4(1, 300), flac(1, 300)];
  for (const bytes of whole) {
    for (let length = 0; length < Math.min(bytes.length, 300); length += 1) {
      const { seconds, secondsMax } = audioLengthOf(bytes.subarray(0, length));
      expect(secondsMax).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(seconds)).toBe(true);
    }
  }
});

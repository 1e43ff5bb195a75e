const sampleRate = 8_000;
const charactersPerSecond = 15;
const secondsMax = 60;

/** Fifteen letters a second, a minute at most. */
export function spokenSeconds(text: string): number {
  return Math.min(secondsMax, Math.ceil(text.length / charactersPerSecond));
}

/** A WAV of a quiet tone, eight bits a sample. */
export function speakTone(seconds: number): Buffer {
  const samples = seconds * sampleRate;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  // Plain samples, one channel.
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRate, 24);
  head.writeUInt32LE(sampleRate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples, 40);
  const tone = Uint8Array.from({ length: samples }, (_, at) => 128 + ((at >> 3) % 2) * 16);
  return Buffer.concat([head, tone]);
}

/** Of a WAV by its own rate; anything else is taken for speech at 32 kbit/s. */
export function heardSeconds(file: Uint8Array): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const isWave = bytes.length > 44 && bytes.subarray(0, 4).toString('latin1') === 'RIFF';
  const rate = isWave ? bytes.readUInt32LE(28) : 4_000;
  return Math.ceil((bytes.length - (isWave ? 44 : 0)) / Math.max(1, rate));
}

// How long a recording is, from its bytes: what frames and sample rates say is believed, a length that is only claimed is not.

export interface AudioLength {
  /** Never less than what a decoder will hear; in whole milliseconds. */
  readonly secondsMax: number;
  /** As far as anyone can say without decoding it. */
  readonly seconds: number;
}

// Compressed speech of a lower average rate than 8 kbit/s is not made by any recorder; beyond it the claim of the file counts.
const bytesPerSecondMin = 1_000;

// 32 kbit/s, as voice recorders have it.
const usualBytesPerSecond = 4_000;

export function audioLengthOf(bytes: Uint8Array): AudioLength {
  const heard = waveSeconds(bytes) ?? mpegSeconds(bytes);
  if (heard !== undefined) return { secondsMax: inMilliseconds(heard), seconds: inMilliseconds(heard) };
  const said = flacSeconds(bytes) ?? oggSeconds(bytes) ?? mp4Seconds(bytes);
  const claimed = said === undefined ? undefined : Math.min(said, claimedSecondsMax);
  return {
    secondsMax: inMilliseconds(Math.max(bytes.length / bytesPerSecondMin, claimed ?? 0)),
    seconds: inMilliseconds(claimed ?? bytes.length / usualBytesPerSecond),
  };
}

// Eleven days: beyond what any provider listens to.
const claimedSecondsMax = 1_000_000;

/** Raised, so that it stays a bound. */
function inMilliseconds(seconds: number): number {
  return Math.ceil(seconds * 1_000) / 1_000;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function nameAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

/** All bytes behind the format, however long the file says that its sound is. */
function waveSeconds(bytes: Uint8Array): number | undefined {
  if (nameAt(bytes, 0) !== 'RIFF' || nameAt(bytes, 8) !== 'WAVE') return undefined;
  const view = viewOf(bytes);
  for (let at = 12; at + 24 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    if (nameAt(bytes, at) === 'fmt ') {
      const [format, channels] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
      const [rate, bits] = [view.getUint32(at + 12, true), view.getUint16(at + 22, true)];
      const isPlain = format === 1 || format === 3 || format === 0xfffe;
      // What no decoder takes must not make a recording look short.
      const isPlayed =
        rate > 0 && rate <= 384_000 && channels > 0 && channels <= 8 && [8, 16, 24, 32, 64].includes(bits);
      return isPlain && isPlayed ? bytes.length / ((rate * channels * bits) / 8) : undefined;
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

// ISO 11172-3 and 13818-3, layer III.
const bitRates1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const bitRates2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
const sampleRates1 = [44_100, 48_000, 32_000, 0];

/** Frame by frame; what is between them may be something else that is heard. */
function mpegSeconds(bytes: Uint8Array): number | undefined {
  let at = behindTag(bytes);
  if (frameAt(bytes, at) === undefined) return undefined;
  let seconds = 0;
  let between = 0;
  while (at < bytes.length) {
    const frame = bytes[at] === 0xff ? frameAt(bytes, at) : undefined;
    if (frame) seconds += frame.seconds;
    else between += 1;
    at += frame ? frame.bytes : 1;
  }
  return seconds + between / bytesPerSecondMin;
}

function behindTag(bytes: Uint8Array): number {
  if (nameAt(bytes, 0).slice(0, 3) !== 'ID3') return 0;
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10);
  return 10 + a * 2_097_152 + b * 16_384 + c * 128 + d;
}

function frameAt(bytes: Uint8Array, at: number): { readonly bytes: number; readonly seconds: number } | undefined {
  const [version, rates] = [bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  const isLayer3 = bytes[at] === 0xff && (version & 0xe6) === 0xe2;
  if (!isLayer3 || (version & 0x18) === 0x08) return undefined;
  const isFirst = (version & 0x18) === 0x18;
  const divisor = isFirst ? 1 : (version & 0x18) === 0x10 ? 2 : 4;
  const sampleRate = (sampleRates1[(rates >> 2) & 3] ?? 0) / divisor;
  const bitRate = ((isFirst ? bitRates1 : bitRates2)[rates >> 4] ?? 0) * 1_000;
  if (sampleRate === 0 || bitRate === 0) return undefined;
  const samples = isFirst ? 1_152 : 576;
  const length = Math.floor((samples / 8) * (bitRate / sampleRate)) + ((rates >> 1) & 1);
  return { bytes: Math.max(4, length), seconds: samples / sampleRate };
}

function flacSeconds(bytes: Uint8Array): number | undefined {
  if (nameAt(bytes, 0) !== 'fLaC' || bytes.length < 42) return undefined;
  const view = viewOf(bytes);
  const rate = view.getUint32(18) >>> 12;
  const samples = (view.getUint8(21) & 0x0f) * 4_294_967_296 + view.getUint32(22);
  return rate === 0 || samples === 0 ? undefined : samples / rate;
}

/** By the position that the last page of each stream ends at: Opus counts in 48 kHz whatever it was recorded in. */
function oggSeconds(bytes: Uint8Array): number | undefined {
  if (nameAt(bytes, 0) !== 'OggS' || bytes.length < 64) return undefined;
  const view = viewOf(bytes);
  const head = 27 + view.getUint8(26);
  const isVorbis = nameAt(bytes, head + 1) === 'vorb' && head + 16 <= bytes.length;
  const rate = isVorbis ? view.getUint32(head + 12, true) : 48_000;
  let last = 0;
  for (let at = 0; at + 27 <= bytes.length;) {
    if (bytes[at] !== 0x4f || nameAt(bytes, at) !== 'OggS') {
      at += 1;
      continue;
    }
    const position = view.getUint32(at + 6, true) + view.getInt32(at + 10, true) * 4_294_967_296;
    last = Math.max(last, position);
    at += 27;
  }
  return rate === 0 || last === 0 ? undefined : last / rate;
}

/** The header of the film, which stands in the box `moov`. */
function mp4Seconds(bytes: Uint8Array): number | undefined {
  if (nameAt(bytes, 4) !== 'ftyp') return undefined;
  const view = viewOf(bytes);
  let at = 0;
  let end = bytes.length;
  while (at + 8 <= end) {
    const size = view.getUint32(at);
    const name = nameAt(bytes, at + 4);
    if (name === 'moov') {
      end = Math.min(end, at + size);
      at += 8;
      continue;
    }
    if (name === 'mvhd' && at + 40 <= end) {
      const isLong = view.getUint8(at + 8) === 1;
      const scale = view.getUint32(at + (isLong ? 28 : 20));
      const length = isLong ? Number(view.getBigUint64(at + 32)) : view.getUint32(at + 24);
      return scale === 0 || length === 0 ? undefined : length / scale;
    }
    // A size of 0 or 1 means "to the end", or one that stands elsewhere: neither is worth following.
    if (size < 8) return undefined;
    at += size;
  }
  return undefined;
}

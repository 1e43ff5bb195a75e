import { branch, type Fingerprint, hexOf } from './chance.ts';
import type { ImageCall, SpeechCall, TranscriptionCall } from './media-call.ts';
import { CREATED_AT_S } from './model.ts';
import { drawPicture } from './picture.ts';
import { type Frame, jsonReply, type Reply } from './reply.ts';
import { countTokens } from './tokens.ts';
import { heardSeconds, speakTone, spokenSeconds } from './voice.ts';
import { words } from './words.ts';

interface Speaking {
  readonly seed: Fingerprint;
  readonly atMs: number;
}

export function replyWithImages(call: ImageCall, { seed, atMs }: Speaking): Reply {
  const pictures = Array.from({ length: call.count }, (_, nth) => drawPicture(branch(seed, nth)).toString('base64'));
  if (call.stream) return eventStream(imageEvents(call, pictures), atMs);
  const data = pictures.map((picture, nth) =>
    call.asUrl ? { url: `https://simulator.invalid/${hexOf(branch(seed, nth))}.png` } : { b64_json: picture },
  );
  return jsonReply(JSON.stringify({ created: CREATED_AT_S, data, size: call.size, quality: call.quality }), { atMs });
}

// As many tokens for a picture as a square of medium quality has with its maker.
const pictureTokens = 1_056;

function imageEvents(call: ImageCall, pictures: readonly string[]): readonly object[] {
  const input = countTokens(call.prompt);
  const output = pictures.length * pictureTokens;
  const usage = { input_tokens: input, output_tokens: output, total_tokens: input + output };
  return pictures.flatMap((picture) => [
    ...Array.from({ length: call.partial }, (_, nth) => ({
      type: 'image_generation.partial_image',
      partial_image_index: nth,
      b64_json: picture,
      created_at: CREATED_AT_S,
    })),
    { type: 'image_generation.completed', b64_json: picture, created_at: CREATED_AT_S, size: call.size, usage },
  ]);
}

export function replyWithSpeech({ text, stream }: SpeechCall, { atMs }: Speaking): Reply {
  const seconds = spokenSeconds(text);
  const wave = speakTone(seconds);
  if (!stream) {
    return { kind: 'whole', atMs, status: 200, headers: { 'content-type': 'audio/wav' }, body: wave, tokens: 0 };
  }
  const [input, output] = [countTokens(text), seconds * 20];
  const usage = { input_tokens: input, output_tokens: output, total_tokens: input + output };
  const middle = Math.ceil(wave.length / 2);
  const halves = [wave.subarray(0, middle), wave.subarray(middle)];
  const deltas = halves.map((half) => ({ type: 'speech.audio.delta', audio: half.toString('base64') }));
  return eventStream([...deltas, { type: 'speech.audio.done', usage }], atMs);
}

/** As many words as a second has, for every second. */
export function replyWithTranscript(call: TranscriptionCall, { seed, atMs }: Speaking): Reply {
  const seconds = heardSeconds(call.recording);
  const count = Math.max(1, Math.min(600, seconds * 2));
  const pieces = words({ echo: 'simulated transcript', count, alphabet: 'ascii', seed });
  const text = pieces.join('').trim();
  const usage = { type: 'duration', seconds };
  if (call.stream) {
    const deltas = pieces.map((delta) => ({ type: 'transcript.text.delta', delta }));
    return eventStream([...deltas, { type: 'transcript.text.done', text, usage }], atMs);
  }
  const segment = { id: 0, start: 0, end: seconds, text };
  const whole = { task: 'transcribe', language: 'english', duration: seconds, text, segments: [segment], usage };
  const end = `00:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  switch (call.format) {
    case 'text':
      return textReply(`${text}\n`, atMs);
    case 'srt':
      return textReply(`1\n00:00:00,000 --> ${end},000\n${text}\n`, atMs);
    case 'vtt':
      return textReply(`WEBVTT\n\n00:00:00.000 --> ${end}.000\n${text}\n`, atMs);
    case 'verbose_json':
      return jsonReply(JSON.stringify(whole), { atMs });
    default:
      return jsonReply(JSON.stringify({ text, usage }), { atMs });
  }
}

function textReply(body: string, atMs: number): Reply {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return { kind: 'whole', atMs, status: 200, headers, body, tokens: 0 };
}

function eventStream(events: readonly object[], atMs: number): Reply {
  const frames = events.map((event): Frame => ({ text: `data: ${JSON.stringify(event)}\n\n`, tokens: 0, atMs: 0 }));
  const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  return { kind: 'stream', atMs, headers, frames, ending: 'done' };
}

// Images, speech and transcripts of providers that speak otherwise, as OpenAI's callers know them.
import type {
  ImageAnswer,
  MediaAnswer,
  RefusedAnswer,
  SpokenSegment,
  TranscriptAnswer,
  TranscriptFormat,
} from '#core/call/media.ts';
import type { Usage } from '#core/usage/usage.ts';
import type { RenderedMedia, Speaking } from '#ports/dialect.ts';

export function renderMedia(
  answer: Exclude<MediaAnswer, RefusedAnswer>,
  { call, startedAt }: Speaking,
  usage: Usage,
): RenderedMedia {
  switch (answer.kind) {
    case 'image':
      return json(imagesOf(answer, startedAt));
    case 'speech':
      return { body: Buffer.from(answer.bytes), contentType: answer.mediaType };
    case 'transcript':
      return transcript(answer, call.media?.kind === 'transcription' ? call.media.format : 'json', usage);
  }
}

function json(value: object): RenderedMedia {
  return { body: Buffer.from(JSON.stringify(value)), contentType: 'application/json' };
}

function text(body: string): RenderedMedia {
  return { body: Buffer.from(body), contentType: 'text/plain; charset=utf-8' };
}

function imagesOf({ images }: ImageAnswer, startedAt: number): object {
  return {
    created: Math.floor(startedAt / 1000),
    data: images.map(({ base64, url, revisedPrompt }) => ({
      ...(base64 !== undefined && { b64_json: base64 }),
      ...(url !== undefined && { url }),
      ...(revisedPrompt !== undefined && { revised_prompt: revisedPrompt }),
    })),
  };
}

function transcript(answer: TranscriptAnswer, format: TranscriptFormat, usage: Usage): RenderedMedia {
  const seconds = usage.quantities?.audio_second_in ?? answer.seconds;
  const said = seconds === undefined ? {} : { usage: { type: 'duration', seconds: Math.ceil(Number(seconds)) } };
  switch (format) {
    case 'json':
      return json({ text: answer.text, ...said });
    case 'verbose_json':
      return json({
        task: 'transcribe',
        ...(answer.language !== undefined && { language: answer.language }),
        ...(answer.seconds !== undefined && { duration: answer.seconds }),
        text: answer.text,
        segments: answer.segments.map((segment, id) => ({ id, ...segment })),
        ...(answer.words.length > 0 && {
          words: answer.words.map(({ text: word, start, end }) => ({ word, start, end })),
        }),
        ...said,
      });
    case 'text':
      return text(`${answer.text}\n`);
    case 'srt':
      return text(
        segmentsOf(answer)
          .map((each, index) => `${index + 1}\n${cue(each, ',')}\n`)
          .join('\n'),
      );
    case 'vtt':
      return text(
        `WEBVTT\n\n${segmentsOf(answer)
          .map((each) => `${cue(each, '.')}\n`)
          .join('\n')}`,
      );
  }
}

/** A provider that tells no times has said one thing. */
function segmentsOf({ segments, text: whole, seconds = 0 }: TranscriptAnswer): readonly SpokenSegment[] {
  return segments.length > 0 ? segments : [{ text: whole, start: 0, end: seconds }];
}

function cue({ start, end, text: said }: SpokenSegment, point: string): string {
  return `${clock(start, point)} --> ${clock(end, point)}\n${said.trim()}\n`;
}

function clock(seconds: number, point: string): string {
  const milliseconds = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const [hours, minutes] = [milliseconds / 3_600_000, (milliseconds / 60_000) % 60];
  const rest = String(milliseconds % 1000).padStart(3, '0');
  return `${two(hours)}:${two(minutes)}:${two((milliseconds / 1000) % 60)}${point}${rest}`;
}

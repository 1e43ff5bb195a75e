// What is asked of a model that listens: how long the recording is, at most.
import { audioLengthOf } from '#core/call/audio-length.ts';
import { type FormFile, transcriptFormats } from '#core/call/media.ts';
import {
  expectedOfTranscription,
  soundTokensMax,
  transcriptionQuantitiesMax,
  transcriptTokensMax,
} from '#core/call/transcription-bounds.ts';
import {
  type Fields,
  foreignIn,
  mustBe,
  refuseFields,
  requiredText,
  switchIn,
  textIn,
  wordIn,
  WrongField,
} from './fields.ts';
import type { MediaCall } from './parse-image.ts';

const known: ReadonlySet<string> = new Set([
  'model',
  'language',
  'prompt',
  'response_format',
  'temperature',
  'timestamp_granularities[]',
  'timestamp_granularities',
  'stream',
]);

const deciding: ReadonlySet<string> = new Set([...known, 'file', 'url', 'n']);

export interface TranscriptionAsked {
  readonly fields: Fields;
  readonly files: readonly FormFile[];
  readonly granularities: readonly string[];
  readonly translated: boolean;
}

/** @throws WrongField */
export function transcriptionCall({ fields, files, granularities, translated }: TranscriptionAsked): MediaCall {
  refuseFields(fields, deciding);
  const name = requiredText(fields, 'model', 'the name of a model');
  const [file, stray] = files;
  if (!file || file.field !== 'file') throw mustBe('file', 'the recording, as a file');
  if (file.bytes.length === 0) throw mustBe('file', 'a recording, and not empty');
  if (stray) throw new WrongField(stray.field.slice(0, 64), 'One recording at a time is transcribed.');
  // What is fetched from elsewhere has a length that nobody here has seen.
  for (const other of ['url', 'file']) {
    if (fields[other] !== undefined) throw mustBe(other, 'left out: the recording is sent as the file "file"');
  }
  const format = wordIn(fields, 'response_format') ?? 'json';
  const found = transcriptFormats.find((each) => each === format);
  const streamed = switchIn(fields, 'stream');
  const [language, prompt, temperature] = [
    wordIn(fields, 'language'),
    textIn(fields, 'prompt'),
    wordIn(fields, 'temperature'),
  ];
  const length = audioLengthOf(file.bytes);
  const promptBytes = Buffer.byteLength(prompt ?? '');
  return {
    kind: 'transcription',
    name,
    streamed,
    usageWanted: streamed,
    outputLimit: transcriptTokensMax(length),
    choices: 1,
    images: 0,
    attachments: 0,
    promptOverhead: soundTokensMax(length),
    quantities: transcriptionQuantitiesMax(length),
    expected: expectedOfTranscription(length, promptBytes),
    without: ['input_image', 'input_video', 'cache_write', 'output_audio', 'output_image', 'output_video'],
    facts: {},
    media: {
      kind: 'transcription',
      file,
      translated,
      ...(language !== undefined && { language }),
      ...(prompt !== undefined && { prompt }),
      ...(temperature !== undefined && { temperature }),
      format: found ?? 'json',
      wordTimes: granularities.includes('word'),
      foreign: found ? foreignIn(fields, known) : ['response_format', ...foreignIn(fields, known)],
    },
  };
}

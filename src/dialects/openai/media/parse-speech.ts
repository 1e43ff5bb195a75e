// What is asked of a voice: how much text, and how fast.
import { expectedOfSpeech, speechQuantitiesMax, speechTokensMax } from '#core/call/speech-bounds.ts';
import { type Fields, foreignIn, mustBe, numberIn, refuseFields, requiredText, textIn, wordIn } from './fields.ts';
import type { MediaCall } from './parse-image.ts';

const known: ReadonlySet<string> = new Set([
  'model',
  'input',
  'voice',
  'response_format',
  'speed',
  'instructions',
  'stream_format',
]);

// Some upstreams make several at once, or speak another field than the one that is counted.
const deciding: ReadonlySet<string> = new Set([...known, 'n', 'text', 'prompt', 'ssml', 'stream']);

/** @throws WrongField */
export function speechCall(fields: Fields): MediaCall {
  refuseFields(fields, deciding);
  const name = requiredText(fields, 'model', 'the name of a model');
  const text = requiredText(fields, 'input', 'the text to be spoken');
  for (const other of ['n', 'text', 'prompt', 'ssml', 'stream']) {
    if (fields[other] !== undefined && fields[other] !== null)
      throw mustBe(other, 'left out: "input" is what is spoken');
  }
  const streamFormat = wordIn(fields, 'stream_format');
  if (streamFormat !== undefined && streamFormat !== 'audio' && streamFormat !== 'sse') {
    throw mustBe('stream_format', '"audio" or "sse"');
  }
  const streamed = streamFormat === 'sse';
  const speed = numberIn(fields, 'speed', { min: 0.1, max: 10 });
  const format = wordIn(fields, 'response_format');
  const instructions = textIn(fields, 'instructions');
  const asked = { text, speed: speed ?? 1 };
  return {
    kind: 'speech',
    name,
    streamed,
    usageWanted: streamed,
    outputLimit: speechTokensMax(asked),
    choices: 1,
    images: 0,
    attachments: 0,
    quantities: speechQuantitiesMax(asked),
    expected: expectedOfSpeech(asked),
    produces: 'output_audio',
    without: ['input_audio', 'input_image', 'input_video', 'cache_write', 'output_image', 'output_video'],
    facts: {},
    media: {
      kind: 'speech',
      text,
      voice: voiceIn(fields),
      ...(format !== undefined && { format }),
      ...(speed !== undefined && { speed }),
      ...(instructions !== undefined && { instructions }),
      foreign: foreignIn(fields, known),
    },
  };
}

/** A name, or an object with the id of one that was made. */
function voiceIn(fields: Fields): string {
  const { voice } = fields;
  const id: unknown = typeof voice === 'object' && voice !== null && 'id' in voice ? voice.id : voice;
  if (id === undefined || id === null) return '';
  if (typeof id !== 'string' || id.length > 200) throw mustBe('voice', 'the name of a voice');
  return id;
}

import type { Range } from './fields.ts';
import type { Given, KnobName, KnobSources } from './knob-sources.ts';
import { badKnob, gatherKnobs } from './knob-sources.ts';
import type { ShapeName } from './usage-shapes.ts';
import { shapeNames } from './usage-shapes.ts';
import type { Alphabet } from './words.ts';
import { alphabets } from './words.ts';

/** What a caller may set on any model; absent means: as the model does by itself. */
export interface Knobs {
  readonly outputTokens: number | undefined;
  readonly seed: string | undefined;
  readonly alphabet: Alphabet | undefined;
  readonly tools: number | undefined;
  readonly delayMs: number | undefined;
  readonly paceMs: number | undefined;
  readonly burst: number | undefined;
  readonly chunkBytes: number | undefined;
  readonly errorStatus: number | undefined;
  readonly errorCode: string | undefined;
  readonly retryAfter: number | undefined;
  readonly errorAfter: number | undefined;
  readonly disconnectAfter: number | undefined;
  readonly hangAfter: number | undefined;
  readonly errorTimes: number | undefined;
  readonly faultKey: string | undefined;
  readonly shape: ShapeName | undefined;
  readonly cachedTokens: number | undefined;
  readonly reasoningTokens: number | undefined;
  readonly jobMs: number | undefined;
  readonly jobSilentMs: number | undefined;
  readonly jobError: number | undefined;
  readonly tag: string | undefined;
}

const ANSWER_TOKENS_MAX = 1_000_000;
const WAIT_MS_MAX = 3_600_000;
const JOB_MS_MAX = 86_400_000;

export function readKnobs(sources: KnobSources): Knobs {
  const given = gatherKnobs(sources);
  const tokens: Range = { min: 0, max: ANSWER_TOKENS_MAX };
  const wait: Range = { min: 0, max: WAIT_MS_MAX };
  const jobWait: Range = { min: 0, max: JOB_MS_MAX };
  const knobs: Knobs = {
    outputTokens: whole(given, 'output_tokens', tokens),
    seed: word(given, 'seed'),
    alphabet: oneOf(given, 'alphabet', alphabets),
    tools: whole(given, 'tools', { min: 0, max: 16 }),
    delayMs: whole(given, 'delay_ms', wait),
    paceMs: whole(given, 'pace_ms', wait),
    burst: whole(given, 'burst', { min: 1, max: ANSWER_TOKENS_MAX }),
    chunkBytes: whole(given, 'chunk_bytes', { min: 1, max: 1_048_576 }),
    errorStatus: whole(given, 'error_status', { min: 400, max: 599 }),
    errorCode: word(given, 'error_code'),
    retryAfter: whole(given, 'retry_after', { min: 0, max: 86_400 }),
    errorAfter: whole(given, 'error_after', tokens),
    disconnectAfter: whole(given, 'disconnect_after', tokens),
    hangAfter: whole(given, 'hang_after', tokens),
    errorTimes: whole(given, 'error_times', { min: 0, max: 1_000_000 }),
    faultKey: word(given, 'fault_key'),
    shape: oneOf(given, 'shape', shapeNames),
    cachedTokens: whole(given, 'cached_tokens', tokens),
    reasoningTokens: whole(given, 'reasoning_tokens', tokens),
    jobMs: whole(given, 'job_ms', jobWait),
    jobSilentMs: whole(given, 'job_silent_ms', jobWait),
    jobError: whole(given, 'job_error', { min: 0, max: 1 }),
    tag: word(given, 'tag'),
  };
  if (knobs.errorTimes !== undefined && knobs.faultKey === undefined) {
    throw badKnob('error_times', 'needs a fault_key to be counted by');
  }
  return knobs;
}

function whole(given: Given, name: KnobName, range: Range): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= range.min && value <= range.max) return value;
  throw badKnob(name, `must be an integer from ${range.min} to ${range.max}`);
}

function word(given: Given, name: KnobName): string | undefined {
  const text = given.get(name);
  if (text === undefined || /^[\w.:-]{1,128}$/.test(text)) return text;
  throw badKnob(name, 'must be up to 128 letters, digits and any of - _ . :');
}

function oneOf<Word extends string>(given: Given, name: KnobName, known: readonly Word[]): Word | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const found = known.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw badKnob(name, `must be one of ${known.join(', ')}`);
}

import type { JsonObject } from './fields.ts';
import { Refusal } from './refusal.ts';

/** The three ways to set a knob. */
export interface KnobSources {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: JsonObject | undefined;
  readonly message: string;
}

/** A header wins over the body's `sim` object, which wins over a `#name=value` in the message. */
export function gatherKnobs(sources: KnobSources): Given {
  return new Map([...inMessage(sources.message), ...inBody(sources.body), ...inHeaders(sources.headers)]);
}

const knobNames = [
  'output_tokens',
  'seed',
  'alphabet',
  'tools',
  'delay_ms',
  'pace_ms',
  'burst',
  'chunk_bytes',
  'error_status',
  'error_code',
  'retry_after',
  'error_after',
  'disconnect_after',
  'hang_after',
  'error_times',
  'fault_key',
  'shape',
  'cached_tokens',
  'reasoning_tokens',
  'job_ms',
  'job_silent_ms',
  'job_error',
  'tag',
] as const;
export type KnobName = (typeof knobNames)[number];
export type Given = ReadonlyMap<KnobName, string>;
type Entry = readonly [KnobName, string];

const HEADER_PREFIX = 'x-sim-';
const DIRECTIVE = /#([a-z_]+)(?:=([\w-]+))?/g;

/** The message without its directives: what `echo` says. */
export function withoutDirectives(message: string): string {
  return message.replaceAll(DIRECTIVE, ' ');
}

// A person may well write another word after a number sign, so only known names count here.
function* inMessage(message: string): Generator<Entry> {
  for (const [, word, value] of message.matchAll(DIRECTIVE)) {
    const name = word === 'tokens' ? 'output_tokens' : word === 'tool' ? 'tools' : (word ?? '');
    if (!isKnobName(name)) continue;
    if (value !== undefined) yield [name, value];
    else if (name === 'tools') yield [name, '1'];
  }
}

function* inBody(body: JsonObject | undefined): Generator<Entry> {
  for (const [name, value] of Object.entries(body ?? {})) {
    if (!isKnobName(name)) throw badKnob(name, 'is not a knob of the simulator');
    if (typeof value === 'number' || typeof value === 'string') yield [name, String(value)];
    else if (value !== null) throw badKnob(name, 'must be a number or a string');
  }
}

function* inHeaders(headers: KnobSources['headers']): Generator<Entry> {
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(HEADER_PREFIX)) continue;
    const name = header.slice(HEADER_PREFIX.length).replaceAll('-', '_');
    if (!isKnobName(name)) throw badKnob(name, 'is not a knob of the simulator');
    if (typeof value === 'string') yield [name, value];
  }
}

function isKnobName(name: string): name is KnobName {
  return knobNames.some((known) => known === name);
}

export function badKnob(name: string, why: string): Refusal {
  return new Refusal(400, `The simulator's knob '${name}' ${why}.`, { param: `sim.${name}`, code: 'invalid_value' });
}

// What can be counted and priced: leaf meters, which never overlap, so that a token is charged exactly once.

export const inputMeters = [
  'input',
  'input_audio',
  'input_image',
  'input_video',
  'cache_read',
  'cache_read_audio',
  'cache_read_image',
  'cache_write',
  'cache_write_5m',
  'cache_write_30m',
  'cache_write_1h',
  'cache_write_12h',
] as const;

export const outputMeters = [
  'output',
  'output_audio',
  'output_image',
  'output_video',
  'reasoning',
  'citation',
] as const;

/** Fees beside the model's own work: each needs a price of its own. */
export const toolMeters = [
  'web_search_call',
  'file_search_call',
  'code_session',
  'code_hour',
  'map_search_call',
  'attachment_call',
  'guardrail_unit',
  'routing_unit',
  'storage_token_hour',
  'gb_day',
] as const;

/** Measures of the work itself, other than tokens. */
export const workMeters = [
  'image',
  'image_reference',
  'megapixel',
  'megapixel_first',
  'megapixel_next',
  'megapixel_in',
  'video_second',
  'video_clip',
  'audio_second_in',
  'audio_second_out',
  'character',
  'song',
  'page',
  'search_unit',
  'gpu_second',
  'agent_hour',
  'compute_unit',
  'credit',
] as const;

export const unitMeters = ['request', ...toolMeters, ...workMeters] as const;

export const meters = [...inputMeters, ...outputMeters, ...unitMeters] as const;

export type InputMeter = (typeof inputMeters)[number];
export type OutputMeter = (typeof outputMeters)[number];
export type ToolMeter = (typeof toolMeters)[number];
export type WorkMeter = (typeof workMeters)[number];
export type TokenMeter = InputMeter | OutputMeter;
export type UnitMeter = (typeof unitMeters)[number];
export type Meter = (typeof meters)[number];

const known: ReadonlySet<string> = new Set(meters);
const tokens: ReadonlySet<string> = new Set([...inputMeters, ...outputMeters]);
const outputs: ReadonlySet<string> = new Set(outputMeters);
const tools: ReadonlySet<string> = new Set(toolMeters);
const works: ReadonlySet<string> = new Set(workMeters);

export function isMeter(text: string): text is Meter {
  return known.has(text);
}

export function isUnitMeter(text: string): text is UnitMeter {
  return known.has(text) && !tokens.has(text);
}

export function isTokenMeter(meter: Meter): meter is TokenMeter {
  return tokens.has(meter);
}

export function isOutputMeter(meter: Meter): meter is OutputMeter {
  return outputs.has(meter);
}

export function isWorkMeter(meter: Meter): meter is WorkMeter {
  return works.has(meter);
}

/** What a call brings along: billed apart only by whoever has a price for it. */
export function isGoingIn(meter: UnitMeter): boolean {
  return meter === 'image_reference' || meter === 'megapixel_in';
}

export function isToolMeter(meter: Meter): meter is ToolMeter {
  return tools.has(meter);
}

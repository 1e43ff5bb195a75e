// Which meter goes with a unit, and which unit with a meter.
import { isUnitMeter, type UnitMeter } from './meter.ts';
import type { UsageUnit } from './usage.ts';

/** Where nothing says more: seconds are of film. */
export function meterOf(unit: UsageUnit): UnitMeter {
  return meters[unit];
}

/** The unit of a meter, or a unit by its own name; `undefined` for a fee, which is nothing that was made. */
export function unitOf(name: string): UsageUnit | undefined {
  if (isUnitMeter(name) && Object.hasOwn(units, name)) return units[name];
  return isUnit(name) ? name : undefined;
}

function isUnit(name: string): name is UsageUnit {
  return Object.hasOwn(meters, name);
}

const meters = {
  token: 'credit',
  character: 'character',
  image: 'image',
  megapixel: 'megapixel',
  second: 'video_second',
  clip: 'video_clip',
  song: 'song',
  page: 'page',
  search_unit: 'search_unit',
  request: 'request',
  gpu_second: 'gpu_second',
  hour: 'agent_hour',
  token_hour: 'storage_token_hour',
  credit: 'credit',
} as const satisfies Record<UsageUnit, UnitMeter>;

const units: Readonly<Partial<Record<UnitMeter, UsageUnit>>> = {
  request: 'request',
  image: 'image',
  image_reference: 'image',
  megapixel: 'megapixel',
  megapixel_first: 'megapixel',
  megapixel_next: 'megapixel',
  megapixel_in: 'megapixel',
  video_second: 'second',
  video_clip: 'clip',
  audio_second_in: 'second',
  audio_second_out: 'second',
  character: 'character',
  song: 'song',
  page: 'page',
  search_unit: 'search_unit',
  gpu_second: 'gpu_second',
  agent_hour: 'hour',
  code_hour: 'hour',
  storage_token_hour: 'token_hour',
  credit: 'credit',
};

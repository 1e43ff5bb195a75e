// Names of Portkey's price matrix, and the meters that they price. All prices are in cents, per token or per unit.
import type { PriceCondition } from '#core/pricing/component.ts';
import type { Meter } from '#core/usage/meter.ts';

export interface Meaning {
  readonly meter: Meter;
  readonly when?: PriceCondition;
}

const tokens: Readonly<Record<string, Meter>> = {
  request_token: 'input',
  response_token: 'output',
  request_text_token: 'input',
  response_text_token: 'output',
  cache_read_input_token: 'cache_read',
  cache_read_text_input_token: 'cache_read',
  cached_text_input_token: 'cache_read',
  cache_read_audio_input_token: 'cache_read_audio',
  cache_read_image_input_token: 'cache_read_image',
  cached_image_input_token: 'cache_read_image',
  request_audio_token: 'input_audio',
  response_audio_token: 'output_audio',
  request_image_token: 'input_image',
  response_image_token: 'output_image',
  reasoning_token: 'reasoning',
  fixed_cost: 'request',
};

const units: Readonly<Record<string, Meaning>> = {
  web_search: { meter: 'web_search_call' },
  search: { meter: 'web_search_call' },
  web_search_low_context: { meter: 'web_search_call', when: { search_context: ['low'] } },
  web_search_medium_context: { meter: 'web_search_call', when: { search_context: ['medium'] } },
  web_search_high_context: { meter: 'web_search_call', when: { search_context: ['high'] } },
  file_search: { meter: 'file_search_call' },
  cache_write_1h: { meter: 'cache_write_1h' },
  video_seconds: { meter: 'video_second' },
  generated_images: { meter: 'image' },
  megapixels: { meter: 'megapixel' },
  image_token: { meter: 'output_image' },
  output_video_token: { meter: 'output_video' },
  request_audio_token: { meter: 'input_audio' },
  response_audio_token: { meter: 'output_audio' },
  image_1k: { meter: 'image', when: { resolution: ['1k'] } },
};

export function tokenMeter(name: string): Meter | undefined {
  return tokens[name];
}

export function unitMeaning(name: string): Meaning | undefined {
  const [, width, height] = /^video_duration_seconds_(\d{2,5})_(\d{2,5})$/.exec(name) ?? [];
  if (width !== undefined && height !== undefined)
    return { meter: 'video_second', when: { size: [`${width}x${height}`] } };
  return units[name];
}

/** Settings of a call that happen to stand among the prices. */
export function isDefaultOfCall(name: string): boolean {
  return /^default_(?:steps|duration_seconds|sample_count)$/.test(name);
}

/** What an execution mode of the matrix is to a call; `undefined` for one that is not known. */
export function modeCondition(mode: string): PriceCondition | undefined {
  if (mode === 'standard') return {};
  if (mode === 'fast') return { speed: ['fast'] };
  return ['batch', 'priority', 'flex'].includes(mode) ? { service_tier: [mode] } : undefined;
}

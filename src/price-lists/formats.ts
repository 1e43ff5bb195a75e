// The formats of public price lists, and which of them a file is in.
import { isGenaiPrices, readGenaiPrices } from './genai-prices/read.ts';
import { isLitellm, readLitellm } from './litellm/read.ts';
import { type Json, parseLossless } from '#core/lossless-json.ts';
import { isOpenRouter, readOpenRouter } from './openrouter/read.ts';
import { isPortkey, readPortkey } from './portkey/read.ts';
import type { ListFile, ListReading } from './reading.ts';

interface Format {
  readonly is: (value: Json) => boolean;
  readonly read: (value: Json, fileName: string) => ListReading;
}

export const formatNames = ['litellm', 'genai-prices', 'openrouter', 'portkey'] as const;
export type FormatName = (typeof formatNames)[number];

const formats = {
  litellm: { is: isLitellm, read: readLitellm },
  'genai-prices': { is: isGenaiPrices, read: readGenaiPrices },
  openrouter: { is: isOpenRouter, read: readOpenRouter },
  portkey: { is: isPortkey, read: readPortkey },
} as const satisfies Record<FormatName, Format>;

export function isFormatName(text: string): text is FormatName {
  return formatNames.some((name) => name === text);
}

export type ListOutcome =
  | { readonly kind: 'read'; readonly format: FormatName; readonly reading: ListReading }
  | { readonly kind: 'skipped'; readonly why: string };

/** Without a format it is recognized by its shape. */
export function readPriceList(file: ListFile, wanted?: FormatName): ListOutcome {
  let value: Json;
  try {
    value = parseLossless(file.text);
  } catch (error) {
    return {
      kind: 'skipped',
      why: `it is no JSON (${error instanceof Error ? error.message.slice(0, 80) : 'unreadable'})`,
    };
  }
  const format = formatNames.find((name) => (wanted === undefined || name === wanted) && formats[name].is(value));
  if (format === undefined) {
    const why = wanted === undefined ? 'no known format of price lists' : `not in the format ${wanted}`;
    return { kind: 'skipped', why };
  }
  return { kind: 'read', format, reading: formats[format].read(value, file.name) };
}

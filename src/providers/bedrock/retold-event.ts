// One event of a stream, as `framesIn` tells it.
import type { Fields } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';

export interface RetoldEvent {
  readonly name: string;
  readonly failed: boolean;
  readonly data: () => Fields;
}

export function retoldEvent(bytes: Buffer): RetoldEvent {
  const text = bytes.toString('utf8');
  const [, failed, name = '', data = ''] = /^event: (failure )?(\S*)\ndata: (.*)/s.exec(text) ?? [];
  return { name, failed: failed !== undefined, data: () => parseFields(data) ?? {} };
}

// One event of a stream, as `framesIn` tells it.
import { type Fields, isFields } from '#core/usage/counts.ts';

export interface RetoldEvent {
  readonly name: string;
  readonly failed: boolean;
  readonly data: () => Fields;
}

export function retoldEvent(bytes: Buffer): RetoldEvent {
  const text = bytes.toString('utf8');
  const [, failed, name = '', data = ''] = /^event: (failure )?(\S*)\ndata: (.*)/s.exec(text) ?? [];
  return { name, failed: failed !== undefined, data: () => fieldsIn(data) };
}

export function fieldsIn(text: string): Fields {
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

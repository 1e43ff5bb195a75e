// The same dialect where it is about images, speech and transcripts: its streams end otherwise.
import type { Dialect } from '#ports/dialect.ts';
import type { Fare } from '#ports/door.ts';
import { openAiDialect } from '../dialect.ts';
import { failureEvent } from '../render.ts';
import { renderMedia } from './render-media.ts';

export const openAiMediaDialect: Dialect = {
  ...openAiDialect,
  words: (requestId) => ({
    // Nothing is cut off: all that may be made is held for before the first byte.
    cutOff: () => '',
    usage: () => '',
    withFare: (event, _usage, fare) => (event ? withFare(event, fare) : ''),
    failure: (failure) => failureEvent(failure, requestId),
    done: '',
  }),
  media: renderMedia,
};

/** The event that ends it, with what was charged beside its usage. */
function withFare(event: Buffer, fare: Fare): Buffer | string {
  const text = event.toString('utf8');
  const line = /^data: ?(\{.*\})\r?$/m.exec(text);
  if (!line?.[1]) return event;
  const end = text.lastIndexOf('}', line.index + line[0].length);
  return `${text.slice(0, end)},"faregate":${JSON.stringify(fare)}${text.slice(end)}`;
}

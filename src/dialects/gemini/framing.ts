// A stream that is not asked for as server-sent events comes as one JSON list, an element at a time.
import type { Framing } from '#ports/dialect.ts';

export function listFraming(): Framing {
  let begun = false;
  const opening = (): string => {
    const said = begun ? ',\r\n' : '[';
    begun = true;
    return said;
  };
  return {
    contentType: 'application/json; charset=UTF-8',
    frame: (events) =>
      events
        .toString()
        .split(/\r?\n\r?\n/)
        .map(dataOf)
        .filter((data) => data !== '')
        .map((data) => opening() + data)
        .join(''),
    end: () => `${begun ? '' : '['}\r\n]`,
  };
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim())
    .join('\n');
}

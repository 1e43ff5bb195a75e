// What this provider answers is an object, whole or as the data of an event.
import { type Fields, isFields } from '#core/usage/counts.ts';

export function parseAnswer(answer: Buffer | string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(answer.toString());
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function parseEvent(bytes: Buffer): Fields | undefined {
  const lines = bytes.toString('utf8').split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice('data:'.length).trim());
  return data.length === 0 ? undefined : parseAnswer(data.join('\n'));
}

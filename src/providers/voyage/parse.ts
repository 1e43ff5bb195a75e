import { type Fields, isFields } from '#core/usage/counts.ts';

export function parse(answer: Buffer): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(answer.toString('utf8'));
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

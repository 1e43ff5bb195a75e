// What every route tells the API's description.
import '@fastify/swagger';
import { z } from 'zod';
import { errorAnswer } from './schemas/parts.ts';

export const onceHeader = z.looseObject({
  'idempotency-key': z
    .string()
    .max(255)
    .describe('Makes sending it again safe: the first answer comes again for a day.')
    .exactOptional(),
});

export const matchHeader = z.looseObject({
  'if-match': z.string().max(100).describe('The row’s ETag: refused (412) when it was changed since.').exactOptional(),
});

export const refParams = z.strictObject({ ref: z.string().min(1).max(254).describe('Id, or another unique name.') });
export const idParams = z.strictObject({ id: z.uuid('This is no id.').describe('UUID.') });

/** Only what the schema names leaves the house: everything else in a row is dropped. */
export function answers(answer: z.ZodType) {
  return { 200: answer, '4xx': errorAnswer, '5xx': errorAnswer } as const;
}

export function created(answer: z.ZodType) {
  return { 201: answer, '4xx': errorAnswer, '5xx': errorAnswer } as const;
}

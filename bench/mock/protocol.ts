// What the mock can be asked.
import { z } from 'zod';
import { senders } from './tally.ts';

export const mockQuestion = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('listen'), threads: z.int().min(1) }),
  z.object({ kind: z.literal('served'), sender: z.enum(senders) }),
]);

export const listening = z.object({ port: z.int() });
export const servedCalls = z.object({ calls: z.int(), picodollars: z.bigint() });

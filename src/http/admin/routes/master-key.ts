// The keys that seal every secret: which there are, and putting everything under another one.
import { z } from 'zod';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { makeItCount } from '#flows/admin/outcome.ts';
import { rotateMasterKey, showMasterKeys } from '#flows/vault/rotate-master-key.ts';
import { answers } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { instant } from '../schemas/parts.ts';

const tags = ['master-key'];
const keyId = z.string().describe('Tells master keys apart, and says nothing about them.');

const state = z.object({
  source: z.string().describe('Where the keys come from.'),
  current: keyId.describe('The one that seals.'),
  keys: z
    .array(
      z.object({
        id: keyId,
        secrets: z.int().describe('How many secrets are sealed by it.'),
        created_at: instant.describe('Since when it is known here; ISO 8601.'),
        held: z.boolean().describe('Whether this process has it.'),
      }),
    )
    .describe('Those that the database needs, or that seal now; the oldest first.'),
});

const rotation = z.object({
  master_key: keyId.describe('The one that seals now.'),
  made: z.boolean().describe('Whether it was made for this; else it was given, or a rotation was brought to its end.'),
  rewrapped: z.int().describe('How many secrets were put under it.'),
  retired: z.array(keyId).describe('Those that nothing needs any more.'),
});

export function masterKeyRoutes(app: AdminDoor, desk: AdminDesk): void {
  app.get(
    '/api/v1/master-key',
    { schema: { tags, summary: 'Show which master keys there are', response: answers(state) } },
    async () => {
      const { keys, ...rest } = await showMasterKeys(desk);
      return { ...rest, keys: [...keys] };
    },
  );
  app.post(
    '/api/v1/master-key/rotate',
    {
      schema: {
        tags,
        summary: 'Put everything that is sealed under the newest master key, while calls go on',
        body: z.strictObject({}),
        response: answers(rotation),
      },
    },
    async (request) => {
      const { retired, ...rest } = await rotateMasterKey(desk, request.actor);
      await makeItCount(desk, 'catalog');
      return { ...rest, retired: [...retired] };
    },
  );
}

// What calls consumed, and who administered what: only to be read.
import { z } from 'zod';
import { Failure } from '#core/failure.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { answers } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { auditEntry, auditFilter, job, jobFilter, usage, usageDetail, usageFilter } from '../schemas/records.ts';
import { list } from './resource.ts';

const requestParams = z.strictObject({
  request_id: z.uuid('This is no id.').describe('`x-request-id` of the call’s answer.'),
});

export function recordRoutes(app: AdminDoor, desk: AdminDesk): void {
  list(app, {
    url: '/api/v1/usage',
    tags: ['usage'],
    summary: 'List calls with what they consumed, cost and were charged',
    row: usage,
    filter: usageFilter,
    read: (page, { final, ...filter }) =>
      desk.administration.usage.list(page, { ...filter, ...(final === undefined ? {} : { final: final === 'true' }) }),
  });
  app.get(
    '/api/v1/usage/:request_id',
    {
      schema: {
        tags: ['usage'],
        summary: 'Read one call with its receipts and attempts',
        params: requestParams,
        response: answers(usageDetail),
      },
    },
    async (request) => {
      const data = await desk.administration.usage.ofRequest(request.params.request_id);
      if (data.length > 0) return { data };
      throw new Failure('not_found', 'There is no such call, or it has not been booked yet.');
    },
  );
  list(app, {
    url: '/api/v1/jobs',
    tags: ['jobs'],
    summary: 'List films and songs, under way or ended',
    row: job,
    filter: jobFilter,
    read: (page, filter) => desk.administration.jobs.list(page, filter),
  });
  list(app, {
    url: '/api/v1/audit-log',
    tags: ['audit-log'],
    summary: 'List what operators did',
    row: auditEntry,
    filter: auditFilter,
    read: (page, filter) => desk.administration.auditLog.list(page, filter),
  });
}

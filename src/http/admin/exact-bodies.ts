// Bodies whose numbers keep the text in which they were written: 0.0000375 is no double here, not even for a moment.
import type { FastifyRequest } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { Failure } from '#core/failure.ts';
import { parseLossless } from '#core/lossless-json.ts';
import { isGiven, type Given } from '#core/rows/read-row.ts';
import type { AdminDoor } from './door.ts';

/** For the routes of this scope alone. */
export function readExactBodies(scope: AdminDoor): void {
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => {
    try {
      done(null, exactJson(String(body)));
    } catch {
      done(new Failure('malformed_request', 'The body is not valid JSON.'));
    }
  });
  scope.addContentTypeParser(['text/csv', 'application/csv'], { parseAs: 'string' }, (_, body, done) => {
    done(null, body);
  });
  scope.setValidatorCompiler(describedOnly);
}

function exactJson(text: string): unknown {
  if (text.trim() === '') return {};
  return parseLossless(text);
}

// A body's fields are read in the core, all at once; the schema only describes them.
const describedOnly: typeof validatorCompiler = (route) =>
  route.httpPart === 'body' ? (body: unknown) => ({ value: body }) : validatorCompiler(route);

export function fieldsOf({ body }: Pick<FastifyRequest, 'body'>): Given {
  if (isGiven(body)) return body;
  throw new Failure('malformed_request', 'Send one JSON object with the fields of the row.', { param: 'body' });
}

export function csvOf({ body }: Pick<FastifyRequest, 'body'>): string {
  if (typeof body === 'string') return body;
  throw new Failure('malformed_request', 'Send CSV, with the header `content-type: text/csv`.', { param: 'body' });
}

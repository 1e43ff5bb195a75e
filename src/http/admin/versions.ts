// A row's version travels as its ETag, and comes back as If-Match of a change.
import type { FastifyReply, FastifyRequest } from 'fastify';

export function tagged<Row extends { readonly version: string }>(reply: FastifyReply, row: Row): Row {
  void reply.header('etag', `"${row.version}"`);
  return row;
}

/** The version that the change was made for; nothing when any will do. */
export function expectedVersion(request: FastifyRequest): string | undefined {
  const said = request.headers['if-match'];
  if (said === undefined || said.trim() === '*') return undefined;
  return said.trim().replace(/^W\//, '').replaceAll('"', '');
}

// What every route of the administration is given.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { AdminDesk } from '#flows/admin/desk.ts';

export type AdminDoor = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

export interface AdminDependencies {
  readonly desk: AdminDesk;
  /** Of the link that is printed at the start, sha256 in hexadecimal; without it there is no link. */
  readonly oneTimeTokenHash?: string;
  /** Of the tokens that administer without a session, sha256 in hexadecimal. */
  readonly acceptedTokenHashes: readonly string[];
  /** Where this server is reached from outside; for the examples that pages show. */
  readonly url: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking, as the audit log calls them; empty before anybody is known. */
    actor: string;
  }
  interface FastifyContextConfig {
    /** Needs no credential. */
    open?: boolean;
  }
}

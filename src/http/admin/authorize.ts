// Who may administer: whoever has an accepted token, or the cookie of a session.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Failure } from '#core/failure.ts';
import type { AdminDependencies } from './door.ts';
import { GuessThrottle } from './throttle.ts';

export const sessionCookie = 'faregate_session';

export class Authorization {
  readonly throttle = new GuessThrottle();
  readonly #dependencies: AdminDependencies;

  constructor(dependencies: AdminDependencies) {
    this.#dependencies = dependencies;
  }

  /** The actor. @throws Failure when there is none. */
  async actorOf(request: FastifyRequest): Promise<string> {
    const { authorization } = request.headers;
    if (authorization !== undefined) return this.#byToken(request, authorization);
    const cookie = request.cookies[sessionCookie];
    if (cookie === undefined) {
      throw new Failure(
        'missing_key',
        'Say who you are: `Authorization: Bearer <FAREGATE_ADMIN_TOKEN>`, or sign in with the link that the start prints.',
      );
    }
    refuseForeignPage(request);
    const userName = await this.#dependencies.desk.administration.sessions.find(sha256(cookie));
    if (userName === undefined) throw new Failure('expired_key', 'This session has ended. Sign in again.');
    return userName;
  }

  /** @throws Failure when this address has guessed too often. */
  refuseGuessers(request: FastifyRequest): void {
    const retryAfterMs = this.throttle.waitMs(request.ip, this.#dependencies.desk.clock.now());
    if (retryAfterMs === undefined) return;
    throw new Failure('rate_limited', 'Too many wrong tokens came from this address. Wait a few minutes.', {
      retryAfterMs,
    });
  }

  guessedWrong(request: FastifyRequest, tokenHash: string): void {
    this.throttle.wrong(request.ip, tokenHash, this.#dependencies.desk.clock.now());
  }

  #byToken(request: FastifyRequest, authorization: string): string {
    this.refuseGuessers(request);
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw new Failure('invalid_key', 'Write the header as `Authorization: Bearer <token>`.');
    const hash = sha256(token);
    // All are compared, so that the time it takes tells nothing.
    const found = this.#dependencies.acceptedTokenHashes.filter((accepted) => sameHash(accepted, hash));
    if (found.length > 0) return 'admin';
    this.guessedWrong(request, hash);
    throw new Failure('invalid_key', 'This token is not accepted here.');
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function sameHash(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left, 'hex'), Buffer.from(right, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Cookies are shared by all ports of a host, so another program's page on it could send ours along. */
export function refuseForeignPage(request: FastifyRequest): void {
  if (reading.has(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const { origin, host } = request.headers;
  const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  const foreignOrigin =
    origin !== undefined && origin !== 'null' && URL.canParse(origin) && new URL(origin).host !== host;
  if (foreignSite || foreignOrigin || origin === 'null') {
    throw new Failure('forbidden', 'This request came from another page than the administration’s own.');
  }
}

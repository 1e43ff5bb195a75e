// The first minute: the link that the start prints signs in once, and the page behind it leads to the first call.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createVirtualKey } from '#flows/admin/create-virtual-key.ts';
import { type Authorization, refuseForeignPage, sameHash, sessionCookie, sha256 } from '../authorize.ts';
import type { AdminDependencies, AdminDoor } from '../door.ts';
import { escaped, sendPage } from './html.ts';
import { firstCall } from './first-call.ts';

const sessionHours = 12;
const sessionMs = sessionHours * 3_600_000;
const open = { open: true };
const hide = { hide: true };

const question = z.object({ token: z.string().max(200).exactOptional() });
const form = z.object({ token: z.string().max(200) });

export function startPages(app: AdminDoor, dependencies: AdminDependencies, authorization: Authorization): void {
  const link = new OneTimeLink(dependencies.oneTimeTokenHash);
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 4_096 },
    (_, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))));
    },
  );

  app.get('/', { schema: hide, config: open }, async (_, reply) => reply.redirect('/start', 303));
  app.get('/start', { schema: { ...hide, querystring: question }, config: open }, async (request, reply) => {
    const { token } = request.query;
    if (token === undefined) return (await signedIn(authorization, request)) ? firstSteps(reply) : notSignedIn(reply);
    if (refuseGuess(authorization, request, reply)) return reply;
    if (link.fits(token)) return signIn(reply, token);
    authorization.guessedWrong(request, sha256(token));
    return wrongLink(reply);
  });
  app.post('/start', { schema: { ...hide, body: form }, config: open }, async (request, reply) => {
    refuseForeignPage(request);
    if (refuseGuess(authorization, request, reply)) return reply;
    if (!link.use(request.body.token)) {
      authorization.guessedWrong(request, sha256(request.body.token));
      return wrongLink(reply);
    }
    await openSession(dependencies, request, reply);
    return reply.redirect('/start', 303);
  });
  app.post('/start/sign-out', { schema: hide, config: open }, async (request, reply) => {
    refuseForeignPage(request);
    const cookie = request.cookies[sessionCookie];
    if (cookie !== undefined) await dependencies.desk.administration.sessions.close(sha256(cookie));
    return reply.clearCookie(sessionCookie, { path: '/' }).redirect('/start', 303);
  });
  app.post('/start/first-key', { schema: hide, config: open }, async (request, reply) => {
    refuseForeignPage(request);
    if (!(await signedIn(authorization, request))) return notSignedIn(reply);
    const key = await createVirtualKey(dependencies.desk, await authorization.actorOf(request), {
      name: 'My first key',
      balance: '5.00',
    });
    return sendPage(reply, 200, 'Your first key', await firstCall(dependencies, key));
  });
}

class OneTimeLink {
  #hash: string | undefined;

  constructor(hash: string | undefined) {
    this.#hash = hash;
  }

  fits(token: string): boolean {
    return this.#hash !== undefined && sameHash(this.#hash, sha256(token));
  }

  /** `true` the first time only. */
  use(token: string): boolean {
    if (!this.fits(token)) return false;
    this.#hash = undefined;
    return true;
  }
}

async function signedIn(authorization: Authorization, request: FastifyRequest): Promise<boolean> {
  return authorization.actorOf(request).then(
    () => true,
    () => false,
  );
}

function refuseGuess(authorization: Authorization, request: FastifyRequest, reply: FastifyReply): boolean {
  try {
    authorization.refuseGuessers(request);
    return false;
  } catch {
    sendPage(reply, 429, 'Too many attempts', '<p>Too many wrong links were opened from here. Wait a few minutes.</p>');
    return true;
  }
}

async function openSession(
  { desk, url }: AdminDependencies,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const token = desk.randomBytes(32).toString('base64url');
  const expiresAt = desk.clock.now() + sessionMs;
  await desk.administration.sessions.open({ tokenHash: sha256(token), userName: 'admin', expiresAt });
  void reply.setCookie(sessionCookie, token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: url.startsWith('https:') || request.protocol === 'https',
    maxAge: sessionMs / 1000,
  });
}

function signIn(reply: FastifyReply, token: string): FastifyReply {
  return sendPage(
    reply,
    200,
    'Welcome to Faregate',
    `<p>This link signs you in as the administrator of this server, once, for ${sessionHours} hours.</p>
     <form method="post" action="/start"><input type="hidden" name="token" value="${escaped(token)}">
     <button>Sign in</button></form>`,
  );
}

function firstSteps(reply: FastifyReply): FastifyReply {
  return sendPage(
    reply,
    200,
    'You are signed in',
    `<p>A virtual key is what applications call with. The first one comes with a wallet of $5.00; the built-in simulator
     answers without any account.</p>
     <form method="post" action="/start/first-key"><button>Create a first key with $5.00</button></form>
     <p>Everything an operator does: <a href="/api/docs">the API, to read and try</a>, or
     <code>npm run -s faregate -- --help</code>.</p>
     <form method="post" action="/start/sign-out"><button>Sign out</button></form>`,
  );
}

function notSignedIn(reply: FastifyReply): FastifyReply {
  return sendPage(
    reply,
    401,
    'You are not signed in',
    `<p>Open the one-time link that the server printed when it started. Was it used already? Start the server again for a
     new one. <a href="/api/docs">The API</a> can be read without.</p>`,
  );
}

function wrongLink(reply: FastifyReply): FastifyReply {
  return sendPage(
    reply,
    403,
    'This link does not sign in',
    `<p>It was used already, or it belongs to an earlier start of this server. Start the server again for a new link, or
     use <code>Authorization: Bearer &lt;FAREGATE_ADMIN_TOKEN&gt;</code> with the API.</p>`,
  );
}

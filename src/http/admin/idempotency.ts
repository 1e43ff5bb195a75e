// A POST with an `Idempotency-Key` is done once: whoever sends it again within a day gets the first answer again.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '#core/failure.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import type { Claim } from '#ports/administration.ts';
import { sha256 } from './authorize.ts';
import type { AdminDoor } from './door.ts';

const keyBytesMax = 255;
const waitMsMax = 10_000;
const pollMs = 50;

interface Claimed {
  readonly scope: string;
  readonly key: string;
}

export function answerOnce(app: AdminDoor, desk: AdminDesk): void {
  const claims = new WeakMap<FastifyRequest, Claimed>();

  app.addHook('preHandler', async (request, reply) => {
    const claimed = claimOf(request);
    if (!claimed) return undefined;
    const claim = await waitFor(desk, claimed, requestHash(request));
    switch (claim.kind) {
      case 'first':
        claims.set(request, claimed);
        return undefined;
      case 'kept':
        return replay(reply, claim, desk.vault.open(claim.sealedBody, subjectOf(claimed)));
      case 'other-request':
        throw new Failure(
          'conflict',
          'This Idempotency-Key was used for another request. Every request needs its own.',
          {
            param: 'idempotency-key',
          },
        );
      case 'running':
        throw stillRunning(claim.abandoned);
    }
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const claimed = claims.get(request);
    if (!claimed) return payload;
    claims.delete(request);
    const { scope, key } = claimed;
    if (reply.statusCode >= 300 || typeof payload !== 'string') await desk.administration.answers.release(scope, key);
    else {
      const sealedBody = desk.vault.seal(payload, subjectOf(claimed));
      await desk.administration.answers.keep(scope, key, { status: reply.statusCode, sealedBody });
    }
    return payload;
  });
}

function claimOf(request: FastifyRequest): Claimed | undefined {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || key === undefined || request.actor === '') return undefined;
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > keyBytesMax) {
    throw new Failure('invalid_parameter', `An Idempotency-Key has 1 to ${keyBytesMax} characters.`, {
      param: 'idempotency-key',
    });
  }
  return { scope: request.actor, key };
}

function requestHash(request: FastifyRequest): string {
  return sha256(JSON.stringify([request.method, request.url, request.body ?? null]));
}

function subjectOf({ scope, key }: Claimed): string {
  return `answer:${scope}:${key}`;
}

async function waitFor({ administration, clock }: AdminDesk, { scope, key }: Claimed, hash: string): Promise<Claim> {
  const until = clock.now() + waitMsMax;
  for (;;) {
    const claim = await administration.answers.claim(scope, key, hash);
    if (claim.kind !== 'running' || claim.abandoned || clock.now() >= until) return claim;
    await clock.sleep(pollMs);
  }
}

function replay(reply: FastifyReply, { status }: Extract<Claim, { kind: 'kept' }>, body: string): FastifyReply {
  return reply.code(status).header('idempotent-replayed', 'true').type('application/json; charset=utf-8').send(body);
}

function stillRunning(abandoned: boolean): Failure {
  return abandoned
    ? new Failure(
        'conflict',
        'The first request with this Idempotency-Key was cut off. Look whether it took effect, then use a new key.',
        {
          param: 'idempotency-key',
        },
      )
    : new Failure('conflict', 'The first request with this Idempotency-Key is still at work. Try again in a moment.', {
        param: 'idempotency-key',
        retryAfterMs: 1_000,
      });
}

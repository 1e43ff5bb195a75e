// An address that is not there, or not for this method.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '#core/failure.ts';
import { sendFailure } from './error-answer.ts';

/** The routes' addresses as they are declared, with the methods of each. */
export class KnownRoutes {
  readonly #methods = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  add(url: string, methods: readonly string[]): void {
    const known = this.#methods.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const method of methods) known.methods.add(method);
    this.#methods.set(url, known);
  }

  methodsOf(path: string): readonly string[] {
    const matching = [...this.#methods.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(matching.flatMap(({ methods }) => [...methods]))].toSorted();
  }

  answer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = request.url.split('?', 1)[0] ?? '/';
    const allowed = this.methodsOf(path);
    if (allowed.length === 0) {
      return sendFailure(
        reply,
        new Failure('not_found', `There is nothing at ${path}. What there is stands in /api/docs.`),
      );
    }
    void reply.header('allow', allowed.join(', '));
    const message = `This address takes ${allowed.join(', ')}, not ${request.method}.`;
    return sendFailure(reply, new Failure('method_not_allowed', message));
  }
}

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}/?$`);
}

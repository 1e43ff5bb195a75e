// Every way the administration says no, in one shape.
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { Failure, type FailureName } from '#core/failure.ts';
import type { Log } from '#ports/log.ts';

export function answerError(log: Log) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = failureOf(error);
    if (failure.status >= 500) {
      const { url } = request.routeOptions;
      log.error(
        { requestId: request.id, method: request.method, route: url ?? null, cause: failure.detail.cause ?? error },
        'The administration failed.',
      );
    }
    return sendFailure(reply, failure);
  };
}

export function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  const { retryAfterMs } = failure.detail;
  if (retryAfterMs !== undefined) void reply.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  return reply
    .code(failure.status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(failure)));
}

const types = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  409: 'conflict_error',
  412: 'conflict_error',
  413: 'invalid_request_error',
  429: 'rate_limit_error',
} as const satisfies Record<number, string>;

function errorBody(failure: Failure) {
  const type = failure.status in types ? types[failure.status as keyof typeof types] : 'server_error';
  const { param = null, problems, conflicts } = failure.detail;
  const more = { ...(problems ? { problems } : {}), ...(conflicts ? { conflicts } : {}) };
  return { error: { type, code: failure.kind, message: failure.message, param, ...more } };
}

function failureOf(error: FastifyError): Failure {
  if (error instanceof Failure) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation;
    if (first) return wrongField(first, error.validation.length - 1);
  }
  const status = error.statusCode ?? 500;
  if (status >= 500)
    return new Failure('internal', 'Something went wrong here. It is in the log under this request id.', {
      cause: error,
    });
  if (status === 415)
    return new Failure('malformed_request', 'Send JSON, with the header `content-type: application/json`.');
  return new Failure(kinds[status] ?? 'malformed_request', error.message);
}

const kinds: Readonly<Record<number, FailureName>> = {
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'body_too_large',
};

interface Issue {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

function wrongField({ keyword, instancePath, message = '', params }: Issue, others: number): Failure {
  const more = others > 0 ? ` (and ${others} more)` : '';
  const path = instancePath.split('/').filter((part) => part !== '');
  const unknown =
    keyword === 'unrecognized_keys' && Array.isArray(params['keys']) ? String(params['keys'][0]) : undefined;
  if (unknown !== undefined) {
    return new Failure(
      'invalid_parameter',
      `There is no field "${unknown}" here. Check its spelling, or leave it out.${more}`,
      {
        param: fieldPath([...path, unknown]),
      },
    );
  }
  const missing = keyword === 'invalid_type' && message.endsWith('received undefined');
  const said = missing ? 'This field is missing.' : message.endsWith('.') ? message : `${message}.`;
  return new Failure('invalid_parameter', `${said}${more}`, { param: path.length === 0 ? 'body' : fieldPath(path) });
}

function fieldPath(path: readonly string[]): string {
  return path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

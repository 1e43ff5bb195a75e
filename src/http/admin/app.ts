// The administration's door: everything that is not the call path.
import cookie from '@fastify/cookie';
import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { Authorization } from './authorize.ts';
import type { AdminDependencies, AdminDoor } from './door.ts';
import { answerError } from './error-answer.ts';
import { answerOnce } from './idempotency.ts';
import { KnownRoutes } from './not-found.ts';
import { describeApi } from './openapi.ts';
import { startPages } from './pages/start.ts';
import { routes } from './routes/routes.ts';

export type { AdminDependencies } from './door.ts';

const bodyBytesMax = 1_048_576;

export async function adminApp(dependencies: AdminDependencies): Promise<FastifyInstance> {
  const { desk } = dependencies;
  const app: AdminDoor = fastify({
    bodyLimit: bodyBytesMax,
    genReqId: () => desk.identifiers.next(),
    requestIdHeader: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    frameworkErrors: (error, request, reply) => {
      void reply.header('x-request-id', request.id);
      void answerError(desk.log)(error, request, reply);
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);

  const known = new KnownRoutes();
  app.addHook('onRoute', ({ url, method }) => known.add(url, [method].flat()));
  app.setErrorHandler(answerError(desk.log));
  app.setNotFoundHandler((request, reply) => known.answer(request, reply));

  const authorization = new Authorization(dependencies);
  app.decorateRequest('actor', '');
  await app.register(cookie);
  app.addHook('onRequest', async (request, reply) => {
    void reply
      .header('x-request-id', request.id)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff');
    if (request.is404 || request.routeOptions.config.open === true) return;
    request.actor = await authorization.actorOf(request);
  });
  // A POST without a body is one without fields.
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST' && (request.body === undefined || request.body === null)) request.body = {};
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.method === 'GET' || request.actor === '') return;
    const { url = null } = request.routeOptions;
    desk.log.info(
      { requestId: request.id, actor: request.actor, method: request.method, route: url, status: reply.statusCode },
      'administration',
    );
  });
  answerOnce(app, desk);

  await describeApi(app);
  startPages(app, dependencies, authorization);
  routes(app, desk);
  return app;
}

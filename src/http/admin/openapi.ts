// The API's description, made from the schemas that check it, and a page to read and try it.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { AdminDoor } from './door.ts';

const wordmark = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32"><text x="0" y="23" fill="#fff" ' +
    'font-family="system-ui, sans-serif" font-size="22" font-weight="600">Faregate</text></svg>',
);

const description = [
  'Everything an operator does, one JSON request each.',
  '',
  'Money is decimal text of a currency (`"0.01"`), never a number. Instants are ISO 8601 in UTC. Lists come newest first,',
  'page by page: pass `next_cursor` as `cursor`. A POST with an `Idempotency-Key` may be sent again safely. Single rows',
  'have an ETag; a PATCH with `If-Match` is refused (412) when the row was changed since. Unknown fields are refused.',
  'Errors: `{"error": {type, code, message, param}}`; every answer has an `x-request-id`.',
].join('\n');

export async function describeApi(app: AdminDoor): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Faregate administration', version: '1', description },
      servers: [{ url: '/' }],
      security: [{ token: [] }, { session: [] }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'FAREGATE_ADMIN_TOKEN, or the token of this machine’s running server.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'faregate_session',
            description: 'From the link that the start prints.',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(async (docs) => {
    // Its pages and files hold no data, and need no credential to be read.
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    await docs.register(swaggerUi, {
      routePrefix: '/api/docs',
      staticCSP: true,
      uiConfig: { docExpansion: 'none' },
      logo: { type: 'image/svg+xml', content: wordmark, href: '/start', target: '_self' },
      theme: { title: 'Faregate administration' },
    });
  });
  app.get('/api/openapi.json', { schema: { hide: true }, config: { open: true } }, async (_, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  );
}

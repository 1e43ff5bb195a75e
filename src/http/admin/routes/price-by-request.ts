// Prices per request: of a typical one, and the operator's default for names without any price.
import { z } from 'zod';
import type { AdminDesk } from '#flows/admin/desk.ts';
import {
  defaultRequestPrice,
  endDefaultRequestPrice,
  requireTypical,
  typicalPrices,
} from '#flows/admin/price-sync/price-by-request.ts';
import { answers, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { callName, currency, moneyText, shownCurrency } from '../schemas/parts.ts';

const tags = ['prices'];
const tokens = z.int().min(0).max(10_000_000);

const typicalOrder = z.strictObject({
  name: callName.describe('Only this model or alias.').exactOptional(),
  input_tokens: tokens.describe('Of a typical request; the server’s setting if missing.').exactOptional(),
  output_tokens: tokens.describe('Of a typical request; the server’s setting if missing.').exactOptional(),
  apply: z.boolean().describe('Publish them as hybrid prices.').default(false),
});

const typicalReport = z.object({
  input_tokens: z.int().describe('Of the typical request.'),
  output_tokens: z.int().describe('Of the typical request.'),
  rows: z
    .array(
      z.object({
        name: z.string().describe('Of the model or alias.'),
        price_per_request: z.string().describe('What the typical request costs: exact decimal text.'),
        currency: shownCurrency,
        in_book: z.boolean().describe('Whether the book has it as the price per request.'),
      }),
    )
    .describe('All that plain input and output are priced for.'),
  published: z.array(z.string()).describe('Names whose price became a hybrid one.'),
});

const stopgapOrder = z.strictObject({
  price: moneyText.describe('Per request.').exactOptional(),
  currency: currency.default('usd'),
  off: z.boolean().describe('Take it back wherever it applies.').default(false),
  apply: z.boolean().describe('Publish it; otherwise only say for which names.').default(false),
});

const stopgapReport = z.object({
  names: z.array(z.string()).describe('The names that it concerns.'),
  published: z.array(z.string()).describe('Those that have it now.'),
});

export function priceByRequestRoutes(app: AdminDoor, desk: AdminDesk): void {
  app.post(
    '/api/v1/prices/typical-request',
    {
      schema: {
        tags,
        summary: 'What a typical request costs, and hybrid prices made of it',
        headers: onceHeader,
        body: typicalOrder,
        response: answers(typicalReport),
      },
    },
    async (request) => {
      const { name, input_tokens, output_tokens, apply } = request.body;
      const typical = {
        inputTokens: input_tokens ?? desk.typicalRequest.inputTokens,
        outputTokens: output_tokens ?? desk.typicalRequest.outputTokens,
      };
      requireTypical(typical);
      const order = { ...(name === undefined ? {} : { name }), request: typical, apply };
      return typicalPrices(desk, request.actor, order);
    },
  );
  app.post(
    '/api/v1/prices/default-request',
    {
      schema: {
        tags,
        summary: 'A price per request for everything that has no price, or its end',
        headers: onceHeader,
        body: stopgapOrder.refine(({ price, off }) => off === (price === undefined), {
          message: 'Name a price, or take it back with `off`.',
          path: ['price'],
        }),
        response: answers(stopgapReport),
      },
    },
    async (request) => {
      const { price = '', currency: code, off, apply } = request.body;
      return off
        ? endDefaultRequestPrice(desk, request.actor)
        : defaultRequestPrice(desk, request.actor, { price, currency: code, apply });
    },
  );
}

// Wallets, what happened in them, and money into them.
import { z } from 'zod';
import { findCurrency } from '#core/money/currency.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { change, present } from '#flows/admin/outcome.ts';
import { readCurrency } from '#flows/admin/read-money.ts';
import { showWallet } from '#flows/admin/show-wallet.ts';
import { topUpWallet } from '#flows/admin/top-up-wallet.ts';
import { answers, created, idParams, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { newTopUp, newWallet, toppedUp, topUp, wallet, walletEvent, walletFilter } from '../schemas/money.ts';
import { list } from './resource.ts';

const url = '/api/v1/wallets';
const tags = ['wallets'];

export function walletRoutes(app: AdminDoor, desk: AdminDesk): void {
  const { wallets } = desk.administration;
  const get = async (id: string) => present(await wallets.get(id), 'wallet');

  list(app, {
    url,
    tags,
    summary: 'List wallets',
    row: wallet,
    filter: walletFilter,
    read: async (page, { currency, ...filter }) => {
      const code = currency === undefined ? undefined : (findCurrency(currency)?.code ?? currency);
      const listed = await wallets.list(page, { ...filter, ...(code === undefined ? {} : { currency: code }) });
      return { ...listed, items: await Promise.all(listed.items.map((each) => showWallet(desk, each))) };
    },
  });
  app.post(
    url,
    {
      schema: {
        tags,
        summary: 'Open a wallet in another currency',
        headers: onceHeader,
        body: newWallet,
        response: created(wallet),
      },
    },
    async (request, reply) => {
      const order = { ...request.body, currency: readCurrency(request.body.currency, 'currency').code };
      const opened = await change(desk, 'callers', 'wallet', wallets.open(request.actor, order));
      return reply.code(201).send(await showWallet(desk, opened));
    },
  );
  app.get(
    `${url}/:id`,
    { schema: { tags, summary: 'Read a wallet', params: idParams, response: answers(wallet) } },
    async (request) => showWallet(desk, await get(request.params.id)),
  );
  app.post(
    `${url}/:id/top-ups`,
    {
      schema: {
        tags,
        summary: 'Put money into a wallet',
        params: idParams,
        headers: onceHeader,
        body: newTopUp,
        response: created(toppedUp),
      },
    },
    async (request, reply) => {
      const order = { actor: request.actor, walletId: request.params.id, ...request.body };
      return reply.code(201).send(await topUpWallet(desk, order));
    },
  );
  const inWallet = { tags, filter: z.strictObject({}), params: idParams };
  list(app, {
    ...inWallet,
    url: `${url}/:id/events`,
    summary: 'List what happened in a wallet',
    row: walletEvent,
    read: async (page, _, { id = '' }) => wallets.events((await get(id)).id, page),
  });
  list(app, {
    ...inWallet,
    url: `${url}/:id/top-ups`,
    summary: 'List the top-ups of a wallet',
    row: topUp,
    read: async (page, _, { id = '' }) => wallets.topUps((await get(id)).id, page),
  });
}

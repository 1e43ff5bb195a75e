// Vouchers and exchange rates.
import { findCurrency } from '#core/money/currency.ts';
import { createVouchers } from '#flows/admin/create-vouchers.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { redeemVoucher } from '#flows/admin/redeem-voucher.ts';
import { setFxRate } from '#flows/admin/set-fx-rate.ts';
import { answers, created, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import {
  createdVouchers,
  fxFilter,
  fxRate,
  newFxRate,
  newVouchers,
  redeemed,
  redemption,
  voucher,
  voucherFilter,
} from '../schemas/money.ts';
import { list } from './resource.ts';

export function moneyRoutes(app: AdminDoor, desk: AdminDesk): void {
  voucherRoutes(app, desk);
  fxRoutes(app, desk);
}

function voucherRoutes(app: AdminDoor, desk: AdminDesk): void {
  const url = '/api/v1/vouchers';
  const tags = ['vouchers'];
  const { vouchers } = desk.administration;
  list(app, {
    url,
    tags,
    summary: 'List vouchers',
    row: voucher,
    filter: voucherFilter,
    read: (page, filter) => vouchers.list(page, filter),
  });
  app.post(
    url,
    {
      schema: {
        tags,
        summary: 'Create vouchers; their codes are shown once',
        headers: onceHeader,
        body: newVouchers,
        response: created(createdVouchers),
      },
    },
    async (request, reply) => reply.code(201).send({ data: await createVouchers(desk, request.actor, request.body) }),
  );
  app.post(
    `${url}/redeem`,
    {
      schema: {
        tags,
        summary: 'Redeem a voucher into a wallet',
        headers: onceHeader,
        body: redemption,
        response: answers(redeemed),
      },
    },
    async (request) => {
      const { code, wallet_id } = request.body;
      return redeemVoucher(desk, request.actor, { code, walletId: wallet_id });
    },
  );
}

function fxRoutes(app: AdminDoor, desk: AdminDesk): void {
  const url = '/api/v1/fx-rates';
  const tags = ['fx-rates'];
  list(app, {
    url,
    tags,
    summary: 'List exchange rates',
    row: fxRate,
    filter: fxFilter,
    read: (page, { base, quote }) =>
      desk.administration.fxRates.list(page, {
        ...(base === undefined ? {} : { base: codeOf(base) }),
        ...(quote === undefined ? {} : { quote: codeOf(quote) }),
      }),
  });
  app.post(
    url,
    {
      schema: {
        tags,
        summary: 'Set an exchange rate; the newest of a pair counts',
        headers: onceHeader,
        body: newFxRate,
        response: created(fxRate),
      },
    },
    async (request, reply) => reply.code(201).send(await setFxRate(desk, request.actor, request.body)),
  );
}

function codeOf(code: string): string {
  return findCurrency(code)?.code ?? code;
}

// faregate wallet, vouchers and fx: money in, and what became of it.
import type { Command } from 'commander';
import { pathOf } from './ask.ts';
import { answer, command, type CommonOptions, group, listing, pageQuery, type Said } from './command.ts';
import { addFields, bodyOf, type Field, queryOf } from './fields.ts';
import { printRow, printTable } from './print.ts';

type Options = CommonOptions & Said;

const owner: readonly Field[] = [
  { flag: '--user <ref>', says: 'id or email' },
  { flag: '--organization <ref>', says: 'id or slug' },
  { flag: '--currency <code>', says: 'usd, eur, cny, …' },
];

const topUp: readonly Field[] = [
  { flag: '--currency <code>', says: 'to make sure: the wallet’s' },
  { flag: '--reference <text>', says: 'your own; the same again adds nothing' },
  { flag: '--note <text>', says: 'for people' },
];

export function walletCommands(program: Command): void {
  const wallet = group(program, 'wallet', 'look into wallets, and put money in');
  addFields(listing(wallet, 'list', 'list wallets'), owner).action((options: Options) =>
    answer(options, { path: 'wallets', query: { ...queryOf(options, owner), ...pageQuery(options) } }, (row) =>
      printTable(row, ['id', 'user', 'organization', 'currency', 'balance', 'held', 'available', 'overdue']),
    ),
  );
  command(wallet, 'show <id>', 'show one wallet').action((id: string, options: Options) =>
    answer(options, { path: `wallets/${pathOf(id)}` }, printRow),
  );
  addFields(command(wallet, 'open', 'open a wallet in another currency'), owner).action((options: Options) =>
    answer(options, { method: 'POST', path: 'wallets', body: bodyOf(options, owner) }, printRow),
  );
  addFields(command(wallet, 'topup <id> <amount>', 'put money into a wallet'), topUp).action(
    (id: string, amount: string, options: Options) => {
      const body = { amount, ...bodyOf(options, topUp) };
      return answer(options, { method: 'POST', path: `wallets/${pathOf(id)}/top-ups`, body }, (row) =>
        console.log(
          `${row['repeated'] === true ? 'Had been booked before' : 'Booked'}: the balance is ${String(row['balance'])} ${String(row['currency'])}.`,
        ),
      );
    },
  );
  const inWallet = (name: string, path: string, columns: readonly string[]): void => {
    listing(wallet, `${name} <id>`, `list the ${name} of a wallet`).action((id: string, options: Options) =>
      answer(options, { path: `wallets/${pathOf(id)}/${path}`, query: pageQuery(options) }, (row) =>
        printTable(row, columns),
      ),
    );
  };
  inWallet('events', 'events', [
    'seq',
    'occurred_at',
    'kind',
    'amount',
    'balance_after',
    'currency',
    'request_id',
    'reference',
  ]);
  inWallet('topups', 'top-ups', ['id', 'created_at', 'amount', 'currency', 'source', 'reference', 'author', 'note']);
}

const voucherFields: readonly Field[] = [
  { flag: '--amount <amount>', says: 'what each is worth', required: true },
  { flag: '--count <number>', says: 'how many; 1 if missing', kind: 'whole' },
  { flag: '--currency <code>', says: 'usd if missing' },
  { flag: '--expires-at <instant>', says: 'such as 2026-12-31T23:59:59Z' },
];

export function voucherCommands(program: Command): void {
  const vouchers = group(program, 'vouchers', 'make and redeem vouchers');
  const filters: readonly Field[] = [{ flag: '--status <status>', says: 'open, redeemed or expired' }];
  addFields(command(vouchers, 'create', 'create vouchers; their codes are shown this once'), voucherFields).action(
    (options: Options) =>
      answer(options, { method: 'POST', path: 'vouchers', body: bodyOf(options, voucherFields) }, (row) =>
        printTable(row, ['code', 'amount', 'currency', 'expires_at']),
      ),
  );
  addFields(listing(vouchers, 'list', 'list vouchers'), filters).action((options: Options) =>
    answer(options, { path: 'vouchers', query: { ...queryOf(options, filters), ...pageQuery(options) } }, (row) =>
      printTable(row, ['id', 'code_prefix', 'amount', 'currency', 'status', 'expires_at', 'redeemed_at']),
    ),
  );
  command(vouchers, 'redeem <code> <wallet>', 'redeem a voucher into a wallet').action(
    (code: string, wallet: string, options: Options) =>
      answer(
        options,
        { method: 'POST', path: 'vouchers/redeem', body: { code, wallet_id: wallet } },
        ({ voucher, top_up }) => printRow({ voucher, top_up }),
      ),
  );
}

const rateFields: readonly Field[] = [
  { flag: '--observed-at <instant>', says: 'when the rate was that; now if missing' },
  { flag: '--source <text>', says: 'where it comes from' },
];

export function fxCommands(program: Command): void {
  const fx = group(program, 'fx', 'keep exchange rates');
  addFields(command(fx, 'set <base> <quote> <rate>', 'set how many of quote one of base is'), rateFields).action(
    (base: string, quote: string, rate: string, options: Options) =>
      answer(
        options,
        { method: 'POST', path: 'fx-rates', body: { base, quote, rate, ...bodyOf(options, rateFields) } },
        printRow,
      ),
  );
  listing(fx, 'list', 'list exchange rates').action((options: Options) =>
    answer(options, { path: 'fx-rates', query: pageQuery(options) }, (row) =>
      printTable(row, ['base', 'quote', 'rate', 'observed_at', 'source']),
    ),
  );
}

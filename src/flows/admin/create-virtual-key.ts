// A key to call with: its secret is shown once, here; its payer and wallet are made with it when they are not there.
import { createHash } from 'node:crypto';
import { Failure } from '#core/failure.ts';
import { displayPrefix, virtualKeyPrefix } from '#core/keys/virtual-key.ts';
import type { Amount } from '#core/money/amount.ts';
import { type Currency, currencyOf } from '#core/money/currency.ts';
import type { KeySecret, VirtualKey, VirtualKeySettings, Wallet } from '#ports/administration.ts';
import type { AdminDesk } from './desk.ts';
import { withConfig } from './keep-config.ts';
import { accomplished, makeItCount } from './outcome.ts';
import { readCurrency, readLimits, readPositive } from './read-money.ts';
import { creditWallet } from './top-up-wallet.ts';

export interface KeyOrder extends VirtualKeySettings {
  readonly user?: string;
  readonly organization?: string;
  readonly wallet?: string;
  readonly currency?: string;
  /** Put into the wallet that is made with the key; with `top_up` also into one that was there. */
  readonly balance?: string;
  readonly top_up?: boolean;
}

export type CreatedKey = VirtualKey & { readonly virtual_key: string };

const secretBytes = 32;

export async function createVirtualKey(desk: AdminDesk, actor: string, order: KeyOrder): Promise<CreatedKey> {
  const {
    user,
    organization,
    wallet,
    currency: code,
    balance,
    top_up = false,
    limits,
    ...settings
  } = withConfig(order);
  const payer = await findPayer(desk, { user, organization, wallet });
  const currency = payer.wallet ? currencyOf(payer.wallet.currency) : readCurrency(code ?? 'usd', 'currency');
  refuseOtherCurrency(payer.wallet, code);
  const first = balance === undefined ? undefined : readPositive(balance, currency, 'balance', balanceAdvice);
  if (first !== undefined && payer.wallet && !top_up) throw walletIsThere();
  refusePast(settings.expires_at, desk.clock.now());

  const id = desk.identifiers.next();
  const { secret, virtual_key } = newSecret(desk);
  const outcome = await desk.administration.virtualKeys.create(actor, {
    id,
    secret,
    // A key that is made for nobody in particular is the operator's own, and hides nothing from the operator.
    settings: {
      may_see_cost: payer.ids.newUser !== undefined,
      ...settings,
      ...(limits === undefined ? {} : { limits: readLimits(limits, currency) }),
    },
    ...payer.ids,
    currency: currency.code,
    walletMustBeNew: first !== undefined && !top_up,
  });
  if (outcome.kind === 'conflict') throw walletIsThere();
  const created = accomplished(outcome, 'virtual key');
  const walletNow = first === undefined ? created.wallet : await topUp(desk, actor, created, first, currency);
  await makeItCount(desk, 'callers');
  return { ...created, wallet: walletNow, virtual_key };
}

const balanceAdvice = 'Write how much to put into the wallet, such as "5.00", or leave it out.';

/** A new secret with what is kept of it. */
export function newSecret(desk: Pick<AdminDesk, 'randomBytes'>): { secret: KeySecret; virtual_key: string } {
  const virtual_key = `${virtualKeyPrefix}${desk.randomBytes(secretBytes).toString('base64url')}`;
  const keyHash = createHash('sha256').update(virtual_key).digest('hex');
  return { virtual_key, secret: { keyHash, keyPrefix: displayPrefix(virtual_key) } };
}

export function refusePast(expiresAt: string | null | undefined, nowMs: number): void {
  if (typeof expiresAt !== 'string' || Date.parse(expiresAt) > nowMs) return;
  throw new Failure('invalid_parameter', 'This moment has passed; the key would never work.', { param: 'expires_at' });
}

interface Payer {
  readonly ids: {
    readonly userId?: string;
    readonly organizationId?: string;
    readonly walletId?: string;
    readonly newUser?: { readonly email: string };
  };
  readonly wallet: Wallet | undefined;
}

interface PayerNames {
  readonly user: string | undefined;
  readonly organization: string | undefined;
  readonly wallet: string | undefined;
}

async function findPayer({ administration, identifiers }: AdminDesk, names: PayerNames): Promise<Payer> {
  const wallet = names.wallet === undefined ? undefined : await administration.wallets.get(names.wallet);
  if (names.wallet !== undefined && !wallet) throw unknown('wallet', 'Wallets are listed at GET /api/v1/wallets.');
  const userRef = names.user ?? wallet?.user?.id;
  const user = userRef === undefined ? undefined : await administration.users.get(userRef);
  if (userRef !== undefined && !user) {
    throw unknown('user', 'Create it at POST /api/v1/users, or leave `user` out and one is made with the key.');
  }
  const organizationRef = names.organization ?? wallet?.organization?.id ?? user?.organization?.id;
  const organization =
    organizationRef === undefined ? undefined : await administration.organizations.get(organizationRef);
  if (organizationRef !== undefined && !organization) {
    throw unknown('organization', 'Create it at POST /api/v1/organizations.');
  }
  if (user && organization && user.organization?.id !== organization.id) {
    const message = `${user.email} does not belong to the organization ${organization.slug}.`;
    throw new Failure('invalid_parameter', message, { param: 'user' });
  }
  refuseForeignWallet(wallet, { user: user?.id, organization: organization?.id });
  const nobody = !user && !organization;
  return {
    wallet,
    ids: {
      ...(user ? { userId: user.id } : {}),
      ...(organization ? { organizationId: organization.id } : {}),
      ...(wallet ? { walletId: wallet.id } : {}),
      ...(nobody ? { newUser: { email: `user-${identifiers.next()}@faregate.invalid` } } : {}),
    },
  };
}

function unknown(param: string, advice: string): Failure {
  return new Failure('invalid_parameter', `There is no such ${param}. ${advice}`, { param });
}

function refuseForeignWallet(
  wallet: Wallet | undefined,
  payer: { user: string | undefined; organization: string | undefined },
): void {
  if (!wallet) return;
  if (wallet.user?.id === payer.user && payer.user !== undefined) return;
  if (wallet.organization?.id === payer.organization && payer.organization !== undefined) return;
  const message =
    'This wallet belongs to somebody else than the key. Leave `user` and `organization` out to take its owner.';
  throw new Failure('invalid_parameter', message, { param: 'wallet' });
}

function refuseOtherCurrency(wallet: Wallet | undefined, code: string | undefined): void {
  if (!wallet || code === undefined) return;
  const said = readCurrency(code, 'currency').code;
  if (said === wallet.currency) return;
  const message = `The wallet is kept in ${wallet.currency}, not in ${said}.`;
  throw new Failure('invalid_parameter', message, { param: 'currency' });
}

function walletIsThere(): Failure {
  const message = 'The wallet is there already, so `balance` would add to it. Say `"top_up": true` if that is meant.';
  return new Failure('invalid_parameter', message, { param: 'balance' });
}

async function topUp(desk: AdminDesk, actor: string, key: VirtualKey, amount: Amount, currency: Currency) {
  const { id } = key.wallet;
  const credit = { actor, wallet: key.wallet, amount, source: 'manual', reference: `virtual_key:${key.id}` } as const;
  const { balance } = await creditWallet(desk, credit);
  return { id, currency: currency.code, balance };
}

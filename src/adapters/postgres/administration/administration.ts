// The administration kept in Postgres.
import type { Pool } from 'pg';
import type { Administration } from '#ports/administration.ts';
import type { Identifiers } from '#ports/clock.ts';
import { postgresCatalogImport } from '../catalog-import/catalog-import.ts';
import { catalogKeepers } from './catalog.ts';
import { catalogShelf } from './catalog-shelf.ts';
import { configNodeKeeper } from './config-nodes.ts';
import { customers } from './customers.ts';
import { fxRateKeeper } from './fx-rates.ts';
import { providerTerms } from './onboarding.ts';
import { priceProposalKeeper } from './price-proposals.ts';
import { priceMatrix } from './price-matrix.ts';
import { priceKeeper } from './prices.ts';
import { standingPrices } from './standing-prices.ts';
import { providerKeyKeeper } from './provider-keys.ts';
import { answerKeeper, sessionKeeper } from './sessions.ts';
import { jobRows } from './jobs.ts';
import { auditLog, usageRecords } from './usage.ts';
import { virtualKeyKeeper } from './virtual-keys.ts';
import { voucherKeeper } from './vouchers.ts';
import { walletKeeper } from './wallets.ts';

export function postgresAdministration(pool: Pool, identifiers: Identifiers): Administration {
  const nextId = (): string => identifiers.next();
  return {
    ...customers(pool, nextId),
    ...catalogKeepers(pool, nextId),
    catalogImport: postgresCatalogImport(pool, nextId),
    catalogShelf: catalogShelf(pool),
    configNodes: configNodeKeeper(pool, nextId),
    wallets: walletKeeper(pool, nextId),
    virtualKeys: virtualKeyKeeper(pool, nextId),
    providerKeys: providerKeyKeeper(pool),
    prices: priceKeeper(pool, nextId),
    standingPrices: standingPrices(pool),
    providerTerms: providerTerms(pool, nextId),
    priceProposals: priceProposalKeeper(pool),
    priceMatrix: priceMatrix(pool),
    fxRates: fxRateKeeper(pool, nextId),
    vouchers: voucherKeeper(pool),
    usage: usageRecords(pool),
    jobs: jobRows(pool),
    auditLog: auditLog(pool),
    sessions: sessionKeeper(pool),
    answers: answerKeeper(pool),
  };
}

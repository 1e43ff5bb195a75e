// What public lists say, against the book: proposed, kept for review, and published only where a rule allows it.
import { createHash } from 'node:crypto';
import type { Candidate } from '#core/price-sync/candidate.ts';
import { byModel, propose, type Residue, type SyncAnswer } from '#core/price-sync/propose.ts';
import type { Proposal } from '#core/price-sync/proposal.ts';
import type { AdminDesk } from '../desk.ts';
import { approvePrices } from './approve-prices.ts';
import { readBook } from './read-book.ts';

export interface SyncOrder {
  readonly candidates: readonly Candidate[];
  /** Propose models, too, that the catalogue does not have. */
  readonly with_new?: boolean;
  /** Publish what needs no person. */
  readonly apply?: boolean;
}

export interface IdentifiedProposal extends Proposal {
  readonly id: string;
}

export interface SyncReport {
  readonly proposals: readonly IdentifiedProposal[];
  readonly residues: readonly Residue[];
  readonly outside: SyncAnswer['outside'];
  /** Ids of what was published. */
  readonly published: readonly string[];
}

export async function syncPrices(desk: AdminDesk, actor: string, order: SyncOrder): Promise<SyncReport> {
  const { proposals, residues, outside } = await proposeInSlices(desk, order);
  const identified = proposals.map((proposal) => ({ id: proposalId(proposal), ...proposal }));
  await desk.administration.priceProposals.replaceOpen(actor, {
    names: [...new Set(identified.map(({ name }) => name))],
    proposals: identified
      .filter(({ verdict, in_catalogue }) => in_catalogue && verdict !== 'agreed' && verdict !== 'rejected')
      .map(({ id, ...proposal }) => ({ id, proposal })),
  });
  const approvable = identified.filter(({ verdict }) => verdict === 'approvable').map(({ id }) => id);
  const published = order.apply === true ? (await approvePrices(desk, actor, approvable)).published : [];
  return { proposals: identified, residues, outside, published };
}

// All public lists together would keep the calls that pass by waiting for most of a second.
const modelsPerSlice = 100;

async function proposeInSlices(desk: AdminDesk, { candidates, with_new }: SyncOrder): Promise<SyncAnswer> {
  const { canonicalProvider } = desk;
  const book = await readBook(desk);
  const models = byModel({ candidates, book, canonicalProvider });
  const answers: SyncAnswer[] = [];
  for (let start = 0; start < models.length; start += modelsPerSlice) {
    const slice = models.slice(start, start + modelsPerSlice).flatMap(({ said }) => said);
    const question = { candidates: slice, book, canonicalProvider, withNew: with_new === true };
    answers.push(propose({ ...question, nowMs: desk.clock.now() }));
    await desk.clock.sleep(0);
  }
  return {
    proposals: answers.flatMap((answer) => answer.proposals),
    residues: answers.flatMap((answer) => answer.residues),
    outside: {
      models: answers.reduce((sum, { outside }) => sum + outside.models, 0),
      prices: answers.reduce((sum, { outside }) => sum + outside.prices, 0),
    },
  };
}

const idDigits = 12;

/** The same for the same price in the same place. */
export function proposalId({ name, component, starts }: Proposal): string {
  const { meter, when, price, per, currency } = component;
  const said = JSON.stringify([name, meter, when ?? null, starts ?? null, price, per, currency]);
  return createHash('sha256').update(said).digest('hex').slice(0, idDigits);
}

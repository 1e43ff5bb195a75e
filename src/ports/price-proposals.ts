// What syncs proposed, kept until somebody decides.
import type { Proposal } from '#core/price-sync/proposal.ts';

export interface KeptProposal {
  readonly id: string;
  readonly state: 'open' | 'approved';
  readonly proposed_by: string;
  readonly proposed_at: string;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly proposal: Proposal;
}

export interface NewProposals {
  /** What was open for these names before is forgotten: the lists have been read again. */
  readonly names: readonly string[];
  readonly proposals: readonly { readonly id: string; readonly proposal: Proposal }[];
}

/** Every method rejects with `Failure('not_exact')` when the database is away. */
export interface PriceProposals {
  /** Not more than `limit`, by name. */
  list(filter: {
    readonly name?: string;
    readonly state?: KeptProposal['state'];
    readonly limit: number;
  }): Promise<readonly KeptProposal[]>;
  find(ids: readonly string[]): Promise<readonly KeptProposal[]>;
  replaceOpen(actor: string, proposals: NewProposals): Promise<void>;
  approved(actor: string, ids: readonly string[]): Promise<void>;
}

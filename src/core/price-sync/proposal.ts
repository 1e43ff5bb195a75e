// What a sync proposes: one price of one model each, for a person or a rule to approve.
import type { ModelKind } from '#core/catalog/catalog.ts';
import type { PriceComponent } from '#core/pricing/component.ts';

/**
 * - `approvable`: enough sources agree on a small change, so that a rule may publish it;
 * - `review`: a person decides;
 * - `conflict`: sources disagree, a person chooses one of them;
 * - `flagged`: something looks wrong, a person may still take it;
 * - `rejected`: cannot be right, and nobody can approve it;
 * - `agreed`: the book says so already.
 */
export type Verdict = 'approvable' | 'review' | 'conflict' | 'flagged' | 'rejected' | 'agreed';

export type Reason =
  | 'negative'
  | 'no_price'
  | 'cache_dearer_than_input'
  | 'custom_entry'
  | 'unit_slip'
  | 'zero'
  | 'unknown_threshold'
  | 'alias_name'
  | 'implausible'
  | 'reader_doubt'
  | 'other_currency'
  | 'other_measure'
  | 'tie'
  | 'output_cheaper_than_input'
  | 'sources_differ'
  | 'one_source'
  | 'large_change'
  | 'new_price'
  | 'scheduled'
  | 'not_in_catalogue';

export interface Note {
  readonly reason: Reason;
  /** For people. */
  readonly message: string;
}

/** The book's side: a model, and what its price is now. */
export interface BookEntry {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly kind: ModelKind;
  readonly current?: {
    readonly versionId: string;
    readonly currency: string;
    readonly components: readonly PriceComponent[];
    readonly isCustom: boolean;
    /** A price that only keeps the name callable until it gets one of its own. */
    readonly isStopgap: boolean;
  };
}

export interface Proposal {
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly in_catalogue: boolean;
  readonly component: PriceComponent;
  /** A day from which it counts; missing: from its approval on. */
  readonly starts?: string;
  readonly change: 'new' | 'changed' | 'same';
  readonly before?: Pick<PriceComponent, 'price' | 'per' | 'currency'>;
  readonly factor?: string;
  readonly verdict: Verdict;
  readonly notes: readonly Note[];
  readonly sources: readonly string[];
  readonly fields: readonly string[];
  readonly seen_version_id: string | null;
}

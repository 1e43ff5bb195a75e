// Calls as they were charged, for whoever rates a period again; and what came of it.
import type { UsageRow } from '#core/ledger/audit-rows.ts';
import type { DatedRate, RatedCall } from '#core/rerating/rate-anew.ts';
import type { PriceVersion } from '#core/pricing/component.ts';

export interface RerateScope {
  /** Milliseconds since 1970: of calls that began from then on, and before that. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The name that was sent, or that of the model that answered. */
  readonly model?: string;
  readonly organizationId?: string;
}

export interface ChargedCall extends RatedCall {
  readonly startedAt: number;
  /** Whose wallet it is, for people: a short name or an email address. */
  readonly owner: string | null;
  readonly currency: string;
}

/** A line that a re-rating has booked, as far as a report needs it. */
export interface BookedLine extends Pick<UsageRow, 'walletId' | 'name' | 'provider' | 'pins' | 'requestId'> {
  readonly recordId: string;
  readonly owner: string | null;
  readonly currency: string;
  readonly before: BookedSums;
  readonly after: BookedSums;
}
export interface BookedSums {
  readonly total: bigint;
  readonly cost: bigint;
  readonly costCurrency: string;
}

export interface ReratingView {
  /** The last word on each call, by wallet and request. */
  calls(scope: RerateScope): AsyncIterable<ChargedCall>;
  /** All that counts for that time, as is known now. */
  versions(scope: RerateScope): Promise<readonly PriceVersion[]>;
  /** The newest of each pair last. */
  exchange(): Promise<readonly DatedRate[]>;
  booked(rerateId: string): AsyncIterable<BookedLine>;
}

export interface Rerate {
  readonly id: string;
  readonly finished: boolean;
  /** Calls that were shown, and not booked. */
  readonly leftOut: number;
}

export interface NewRerate extends RerateScope {
  readonly id: string;
  readonly token: string;
  readonly reason: string;
  readonly author: string;
}

/** Rejects with `Failure('not_exact')` when the database is away. */
export interface Rerating {
  /** All that `read` sees is of one moment. */
  view<Result>(read: (view: ReratingView) => Promise<Result>): Promise<Result>;
  find(token: string): Promise<Rerate | undefined>;
  /** The one of that token, if it has begun before. */
  begin(rerate: NewRerate): Promise<Rerate>;
  /** And writes it into the audit log, once. */
  finish(actor: string, id: string, ended: { readonly leftOut: number; readonly result: object }): Promise<void>;
}

// What organizations agreed with their providers: prices and plans, row by row.
import type { PlanRow } from '#core/rows/plan-row.ts';
import type { PricingRow } from '#core/rows/pricing-row.ts';
import type { Listed, NewOrganization, Organization, Outcome, Page } from './administration.ts';

export interface KeptRow<Row> {
  readonly row: Row;
  /** Another one after every change. */
  readonly version: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface RowScope {
  /** The organization's id; null: the platform's own. */
  readonly owner: string | null;
  /** Missing: of every provider. */
  readonly provider?: string;
}

export interface RowChange<Row> {
  readonly owner: string | null;
  /** New rows, and rows that take the place of those with the same id. */
  readonly puts: readonly Row[];
  readonly removes: readonly string[];
  /** Refused as stale when the row has another version by now. */
  readonly expected?: { readonly id: string; readonly version: string };
  readonly provenance?: string;
}

export interface KeptRows<Row> {
  list(scope: RowScope, page: Page): Promise<Listed<KeptRow<Row>>>;
  /** Without pages: for exports and resets. */
  all(scope: RowScope): Promise<readonly KeptRow<Row>[]>;
  /**
   * All of it or nothing; the rows that were put, in their order. `not-found`: a row to remove, or the expected one, is
   * not there. `unfit`: two rows of one name would count on the same day.
   */
  change(actor: string, change: RowChange<Row>): Promise<Outcome<readonly KeptRow<Row>[]>>;
}

/** What every organization begins with. */
export interface DefaultTerms {
  readonly pricing: readonly PricingRow[];
  readonly plans: readonly PlanRow[];
  /** Where they come from, for the rows made of them. */
  readonly provenance: string;
}

export interface OnboardingOrder {
  readonly organization: NewOrganization;
  readonly pricing: readonly PricingRow[];
  readonly plans: readonly PlanRow[];
  readonly provenance: string;
}

export interface Onboarded {
  readonly organization: Organization;
  /** `false`: it had been onboarded before, and nothing was changed. */
  readonly created: boolean;
  readonly pricing: number;
  readonly plans: number;
}

export interface ProviderTerms {
  /** An organization's own book; it is always an organization's. */
  readonly pricingRows: KeptRows<PricingRow>;
  readonly plans: KeptRows<PlanRow>;
  /** Organization, wallet, prices and plans in one transaction, once. `conflict`: the slug is another organization's. */
  onboard(actor: string, order: OnboardingOrder): Promise<Outcome<Onboarded>>;
}

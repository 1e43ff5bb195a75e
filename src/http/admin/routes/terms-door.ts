// What the routes of a table of terms are given, and how their addresses say whose rows are meant.
import { z } from 'zod';
import type { SaidScope } from '#flows/admin/terms/scope.ts';
import type { TermsRow, TermsTable } from '#flows/admin/terms/table.ts';
import type { KeptRow } from '#ports/provider-terms.ts';

export interface TermsDoor<Row extends TermsRow> {
  /** With `:org_slug` and `:provider` where there are such. */
  readonly url: string;
  readonly tag: string;
  readonly table: TermsTable<Row>;
  readonly sent: z.ZodObject;
  readonly shown: z.ZodType;
  readonly csvColumns: readonly string[];
  show(kept: KeptRow<Row>): object;
  scopeOf(said: Said): SaidScope;
}

type Said = Readonly<Record<string, string>>;

export const termsParams = {
  org_slug: z.string().min(1).max(200).describe('The organization: slug or id.'),
  provider: z.string().min(1).max(63).describe('The provider by name, `custom`, or `all`.'),
};

/** What is said in the address, and in the query where the address does not name a provider. */
export function addressOf({ url }: { readonly url: string }) {
  const params = url.includes(':org_slug') ? z.strictObject(termsParams) : z.strictObject({});
  const filter = url.includes(':provider') ? {} : { provider: termsParams.provider.exactOptional() };
  return { params, filter: z.strictObject(filter) };
}

export interface Addressed {
  readonly params: unknown;
  readonly query: unknown;
}

export function scopeIn(door: { scopeOf(said: Said): SaidScope }, { params, query }: Addressed): SaidScope {
  return door.scopeOf({ ...(query as Said), ...(params as Said) });
}

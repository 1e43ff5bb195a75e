// Whose rows a request is about, and of which provider.
import { Failure } from '#core/failure.ts';
import type { FieldProblem } from '#core/rows/read-row.ts';
import type { RowScope } from '#ports/provider-terms.ts';
import type { AdminDesk } from '../desk.ts';
import { present } from '../outcome.ts';

export interface SaidScope {
  /** Slug or id; null: the platform itself. */
  readonly organization: string | null;
  /** `all`, or missing: every provider. */
  readonly provider?: string;
}

const everyProvider = 'all';

export async function scopeOf(desk: AdminDesk, { organization, provider }: SaidScope): Promise<RowScope> {
  const owner =
    organization === null
      ? null
      : present(await desk.administration.organizations.get(organization), 'organization').id;
  if (provider === undefined || provider === everyProvider) return { owner };
  await requireProviders(desk, [provider]);
  return { owner, provider };
}

/** Known are those of the default rows, those of the catalogue, and `custom`. */
export async function requireProviders(
  desk: AdminDesk,
  providers: readonly string[],
  fieldOf: (index: number) => string = () => 'provider',
): Promise<void> {
  const { pricing, plans } = desk.defaultTerms;
  const known = new Set(['custom', ...pricing.map((row) => row.provider), ...plans.map((row) => row.provider)]);
  for (const name of new Set(providers)) {
    if (known.has(name) || (await desk.administration.providers.get(name))?.name === name) continue;
    const message = `There is no provider "${name}". Known without a catalogue entry: ${[...known].toSorted().join(', ')}.`;
    throw wrongFields([{ field: fieldOf(providers.indexOf(name)), message }]);
  }
}

export function wrongFields(problems: readonly FieldProblem[]): Failure {
  const [first, ...others] = problems;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return new Failure('invalid_parameter', `${first?.message ?? 'This cannot be.'}${more}`, {
    param: first?.field ?? 'body',
    problems: problems.map(({ field, message }) => ({ param: field, message })),
  });
}

// The table that an operator edits: every customer type × every chosen model.
import { createHash } from 'node:crypto';
import type { MatrixFacts } from '#core/catalog/price-matrix/facts.ts';
import { matrixText } from '#core/catalog/price-matrix/expand.ts';
import type { MatrixSelection } from '#core/catalog/price-matrix/row.ts';
import { type MatrixPlace, MatrixShelf } from '#core/catalog/price-matrix/shelf.ts';
import { selectedPlaces } from '#core/catalog/price-matrix/validate.ts';
import { Failure } from '#core/failure.ts';
import type { AdminDesk } from '../desk.ts';

export const matrixRowsMax = 10_000;

export interface ExpandedMatrix {
  readonly shelf: MatrixShelf;
  readonly places: readonly MatrixPlace[];
  /** Another one as soon as one of its prices is. */
  readonly version: string;
}

/** @throws Failure `invalid_parameter` for a name that does not exist, or too many rows. */
export async function expandMatrix(desk: AdminDesk, selection: MatrixSelection): Promise<ExpandedMatrix> {
  const facts = await desk.administration.priceMatrix.choose(selection);
  requireKnown(facts, selection);
  const shelf = new MatrixShelf(facts);
  const places = selectedPlaces(shelf, selection.customer_types);
  if (places.length > matrixRowsMax) {
    const message = `That would be ${places.length} rows, and ${matrixRowsMax} are the most. Choose fewer providers or models.`;
    throw new Failure('invalid_parameter', message, { param: 'model' });
  }
  return { shelf, places, version: matrixVersion(shelf, places) };
}

export function matrixVersion(shelf: MatrixShelf, places: readonly MatrixPlace[]): string {
  return createHash('sha256').update(matrixText(shelf, places)).digest('hex').slice(0, 32);
}

function requireKnown(facts: MatrixFacts, { providers = [], models = [], customer_types = [] }: MatrixSelection): void {
  const known = {
    provider: facts.providers,
    model: facts.models.flatMap(({ name, model_id: id }) => [name, id]),
    customer_type: facts.customerTypes.flatMap(({ id, name }) => [id, name]),
  };
  const named = { provider: providers, model: models, customer_type: customer_types };
  for (const field of ['provider', 'model', 'customer_type'] as const) {
    const unknown = named[field].find((name) => !known[field].includes(name));
    if (unknown === undefined) continue;
    const among = field === 'model' && providers.length > 0 ? ` of ${providers.join(', ')}` : '';
    const message = `There is no ${field.replace('_', ' ')} "${unknown}"${among}.`;
    throw new Failure('invalid_parameter', message, { param: field });
  }
}

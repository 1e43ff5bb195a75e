// A submitted table, looked at whole: what is wrong, what is odd, and what it would change. Nothing is written.
import { type Change, differenceOf } from '#core/catalog/price-matrix/difference.ts';
import type { MatrixError, MatrixSheet, MatrixWarning } from '#core/catalog/price-matrix/row.ts';
import { MatrixShelf } from '#core/catalog/price-matrix/shelf.ts';
import { type Proposal, validateMatrix } from '#core/catalog/price-matrix/validate.ts';
import { warningsOf } from '#core/catalog/price-matrix/warnings.ts';
import { Failure } from '#core/failure.ts';
import type { AdminDesk } from '../desk.ts';
import { expandMatrix, matrixVersion } from './expand-matrix.ts';

export interface CheckedMatrix {
  readonly shelf: MatrixShelf;
  readonly proposals: readonly Proposal[];
  readonly errors: readonly MatrixError[];
  readonly warnings: readonly MatrixWarning[];
  /** Of the rows that are right. */
  readonly changes: readonly Change[];
  /** Of the prices in force in the places of these rows. */
  readonly version: string;
}

export async function checkMatrix(desk: AdminDesk, sheet: MatrixSheet): Promise<CheckedMatrix> {
  const selected = sheet.selection && (await expandMatrix(desk, sheet.selection)).places;
  const shelf = new MatrixShelf(await desk.administration.priceMatrix.named(sheet.rows));
  const { proposals, errors } = validateMatrix(sheet, shelf, selected);
  const changes = differenceOf(proposals, shelf);
  const places = proposals.map(({ place }) => place);
  const version = matrixVersion(shelf, places);
  return { shelf, proposals, errors, warnings: warningsOf(changes, shelf), changes, version };
}

/** @throws Failure with everything that is wrong, when anything is. */
export function requireRight({ errors }: CheckedMatrix): void {
  const [first] = errors;
  if (!first) return;
  const problems = errors.map((error) => ({ param: paramOf(error), ...error }));
  throw new Failure('invalid_parameter', first.message, { param: paramOf(first), problems });
}

function paramOf({ row, field }: MatrixError): string {
  const place = row === null ? 'rows' : `rows[${row}]`;
  return field === null ? place : `${place}.${field}`;
}

// Every customer type × every chosen model, so that none is forgotten.
import type { MatrixShelf, MatrixPlace } from './shelf.ts';

/** The provider's models together, each with all customer types. */
export function expandMatrix(shelf: MatrixShelf, customerTypes = shelf.facts.customerTypes): readonly MatrixPlace[] {
  const models = shelf.facts.models.toSorted(
    (left, right) => byText(left.provider, right.provider) || byText(left.name, right.name),
  );
  return models.flatMap((model) => customerTypes.map((customerType) => ({ model, customerType })));
}

/** Another one as soon as another version is in force, or scheduled, in one of the places. */
export function matrixText(shelf: MatrixShelf, places: readonly MatrixPlace[]): string {
  const lines = places.map((place) =>
    [
      place.model.provider,
      place.model.name,
      place.customerType.id,
      shelf.inForce(place)?.id ?? '',
      shelf.next(place)?.id ?? '',
    ].join('\n'),
  );
  return lines.toSorted(byText).join('\n\n');
}

function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

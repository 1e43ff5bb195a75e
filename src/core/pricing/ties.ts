// Two prices of one meter that may both hold for one call, with nothing to say which counts.
import type { PriceComponent } from './component.ts';
import type { PriceProblem } from './price-problem.ts';
import { contains, type Extent, extentOf, intersection } from './specificity.ts';

interface Placed {
  readonly index: number;
  readonly component: PriceComponent;
  readonly extent: Extent;
}

export function tieProblems(components: readonly PriceComponent[]): readonly PriceProblem[] {
  const placed = components.map((component, index) => ({ component, index, extent: extentOf(component.when) }));
  return [...Map.groupBy(placed, ({ component }) => component.meter).values()].flatMap(tiesAmong);
}

function tiesAmong(sameMeter: readonly Placed[]): readonly PriceProblem[] {
  const extents = sameMeter.map(({ extent }) => extent);
  return sameMeter.flatMap((right, position) =>
    sameMeter
      .slice(0, position)
      .filter((left) => isTie(left.extent, right.extent, extents))
      .map((left) => ({
        path: `components[${right.index}].when`,
        message: `As specific as components[${left.index}], and both may be the price of "${right.component.meter}" for one call: add a component for the calls in which both hold.`,
      })),
  );
}

/** As many conditions, calls in both, neither inside the other, and no third price for just those calls. */
function isTie(left: Extent, right: Extent, all: readonly Extent[]): boolean {
  if (left.conditions !== right.conditions) return false;
  const both = intersection(left, right);
  if (both === undefined) return false;
  if (contains(left, right) !== contains(right, left)) return false;
  return !all.some(
    (third) =>
      contains(third, both) &&
      (third.conditions > left.conditions ||
        (contains(both, third) && !contains(third, left) && !contains(third, right))),
  );
}

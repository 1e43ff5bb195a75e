// A version's components with proposed ones put in: one of the same key is replaced, everything else stays.
import type { PriceComponent } from '#core/pricing/component.ts';
import { tieProblems } from '#core/pricing/ties.ts';
import { componentKey } from './candidate.ts';

export interface Assembled<Addition> {
  readonly components: readonly PriceComponent[];
  /** What cannot stand beside the others: for some calls nothing would say which price counts. */
  readonly refused: readonly Addition[];
}

/** In the given order: of two that cannot stand side by side, the first stays. */
export function assemble<Addition extends { readonly component: PriceComponent }>(
  base: readonly PriceComponent[],
  additions: readonly Addition[],
): Assembled<Addition> {
  const components = new Map(base.map((component) => [componentKey(component), component]));
  const refused: Addition[] = [];
  for (const addition of additions) {
    const { component } = addition;
    const key = componentKey(component);
    if (!components.has(key) && ties([...components.values()], component)) refused.push(addition);
    else components.set(key, keepQuantity(component, components.get(key)));
  }
  return { components: [...components.values()], refused };
}

// Only prices with as many conditions can tie, so the dear comparison is seldom needed.
function ties(standing: readonly PriceComponent[], component: PriceComponent): boolean {
  const sameMeter = standing.filter(({ meter }) => meter === component.meter);
  const equals = sameMeter.some((each) => conditionCount(each) === conditionCount(component));
  return equals && tieProblems([...sameMeter, component]).length > 0;
}

export function conditionCount({ when }: Pick<PriceComponent, 'when'>): number {
  return Object.values(when ?? {}).filter((each) => each !== undefined).length;
}

// Lists do not know about minimums and blocks; what the book says of them stays.
function keepQuantity(component: PriceComponent, before: PriceComponent | undefined): PriceComponent {
  if (before?.quantity === undefined || component.quantity !== undefined) return component;
  return { ...component, quantity: before.quantity };
}

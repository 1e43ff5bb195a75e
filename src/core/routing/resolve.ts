// What a configuration's targets are in the catalogue, for the name that a caller sent.
import type { Catalog, Target } from '../catalog/catalog.ts';
import type { ConfigTarget } from './config.ts';

/** In the order in which they are tried; none when the catalogue has nothing of that name. */
export function resolveTarget(
  catalog: Catalog,
  { provider, model }: Pick<ConfigTarget, 'provider' | 'model'>,
  name: string,
): readonly Target[] {
  const wanted = model ?? name;
  const routed = catalog.routes.get(wanted)?.targets ?? [];
  if (provider === undefined) return routed;
  const there = routed.filter((target) => target.provider.name === provider);
  if (there.length > 0) return there;
  const known = targetsByProvider(catalog).get(placeOf(provider, wanted));
  return known ? [known] : [];
}

const indexes = new WeakMap<Catalog, ReadonlyMap<string, Target>>();

/** By the provider's own id of a model too. Made once for each catalogue, when a configuration first asks. */
function targetsByProvider(catalog: Catalog): ReadonlyMap<string, Target> {
  const known = indexes.get(catalog);
  if (known) return known;
  const index = new Map<string, Target>();
  for (const { targets } of catalog.routes.values()) {
    for (const target of targets) {
      index.set(placeOf(target.provider.name, target.name), target);
      const byModel = placeOf(target.provider.name, target.model);
      if (!index.has(byModel)) index.set(byModel, target);
    }
  }
  indexes.set(catalog, index);
  return index;
}

function placeOf(provider: string, model: string): string {
  return `${provider}\n${model}`;
}

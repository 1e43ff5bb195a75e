// Judges sources against the rules. The sources are a map from path to text, so that a planted one needs no disk.

import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { readSource, type Reading } from './read-source.ts';
import {
  adapterPackages,
  contractFile,
  coreOrder,
  impureCalls,
  impureGlobals,
  namelessFolders,
  providerNames,
  rules,
  testFile,
  testPackages,
  type Rule,
} from './rules.ts';

/** Path from `src/`, like `core/money/amount.ts`, to text. */
export type Sources = ReadonlyMap<string, string>;

export function violations(sources: Sources): readonly string[] {
  const judged = [...sources].filter(([path]) => !testFile.test(path));
  const readings = new Map(
    judged.map(([path, text]) => [path, readSource(path, text, { globals: impureGlobals, calls: impureCalls })]),
  );
  return [
    ...[...readings].flatMap(([path, reading]) => forbiddenImports(path, reading)),
    ...circlesInCore(readings),
    ...[...readings].flatMap(([path, reading]) => impuritiesInCore(path, reading)),
    ...providersNamed(new Map(judged)),
  ];
}

function forbiddenImports(path: string, { imports }: Reading): readonly string[] {
  const rule = rules.find(({ folder }) => ownFolder(path, folder) !== undefined);
  if (rule === undefined) return [`${path} is in a folder that no rule knows`];
  return imports
    .filter((specifier) => !mayImport(path, rule, specifier))
    .map((specifier) => `${path} may not import ${specifier}`);
}

function mayImport(path: string, rule: Rule, specifier: string): boolean {
  if (specifier === '(computed)') return rule.house === 'everything';
  if (isBuiltin(specifier))
    return allows(rule.builtins, specifier.startsWith('node:') ? specifier : `node:${specifier}`);
  const target = houseTarget(path, specifier);
  if (target === undefined) return mayUsePackage(path, rule, specifier);
  if (testFile.test(target) || (contractFile.test(target) && !contractFile.test(path))) return false;
  const own = ownFolder(path, rule.folder) ?? path;
  return rule.house === 'everything' || [own, ...rule.house].some((folder) => ownFolder(target, folder) !== undefined);
}

function mayUsePackage(path: string, rule: Rule, specifier: string): boolean {
  if (rule.packages === 'everything') return true;
  const [area = '', folder = ''] = path.split('/');
  const ofAdapter = area === 'adapters' ? (adapterPackages[folder.replace(/\.ts$/, '')] ?? []) : [];
  const ofContract = contractFile.test(path) ? testPackages : [];
  return allows([...rule.packages, ...ofAdapter, ...ofContract], packageOf(specifier));
}

/** Where in `src/` a specifier leads; one that leaves `src/` keeps its `../`. Undefined for a package. */
function houseTarget(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  return undefined;
}

/** The part of the path that the pattern matched: `adapters/*` of `adapters/redis/hold.ts` is `adapters/redis`. */
function ownFolder(path: string, pattern: string): string | undefined {
  const wanted = pattern.split('/');
  const own = path.split('/').slice(0, wanted.length);
  const matches = own.length === wanted.length && wanted.every((part, at) => part === '*' || part === own[at]);
  return matches ? own.join('/') : undefined;
}

function allows(allowed: readonly string[] | 'everything', name: string): boolean {
  if (allowed === 'everything') return true;
  return allowed.some((entry) => (entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : name === entry));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function circlesInCore(readings: ReadonlyMap<string, Reading>): readonly string[] {
  const arrows = new Map<string, Set<string>>();
  for (const [path, { imports }] of readings) {
    const from = coreFolder(path);
    if (from === undefined) continue;
    for (const specifier of imports) {
      const to = coreFolder(houseTarget(path, specifier) ?? '');
      if (to === undefined || to === from) continue;
      arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
    }
  }
  const circles = [...arrows.keys()]
    .filter((folder) => reachable(folder, arrows).has(folder))
    .map((folder) => `core/${folder} is part of a circle`);
  const backwards = coreOrder.flatMap((folder, at) =>
    coreOrder
      .slice(at + 1)
      .filter((later) => reachable(folder, arrows).has(later))
      .map((later) => `core/${folder} reaches core/${later}, which comes after it`),
  );
  return [...circles, ...backwards];
}

function coreFolder(path: string): string | undefined {
  const [area, folder] = path.split('/');
  return area === 'core' ? folder : undefined;
}

function reachable(start: string, arrows: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const seen = new Set<string>();
  const waiting = [start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const target of arrows.get(next) ?? []) {
      if (seen.has(target)) continue;
      seen.add(target);
      waiting.push(target);
    }
  }
  return seen;
}

function impuritiesInCore(path: string, { impurities }: Reading): readonly string[] {
  if (coreFolder(path) === undefined || contractFile.test(path)) return [];
  return impurities.map((impurity) => `${path} is not pure: ${impurity}`);
}

function providersNamed(sources: Sources): readonly string[] {
  const folders = [...sources.keys()].flatMap((path) => {
    const [area, folder] = path.split('/');
    return area === 'providers' && folder !== undefined ? [folder.replace(/\.ts$/, '')] : [];
  });
  const names = new RegExp([...providerNames, ...new Set(folders.map((name) => `\\b${name}\\b`))].join('|'), 'gi');
  return [...sources]
    .filter(([path]) => namelessFolders.some((folder) => ownFolder(path, folder) !== undefined))
    .flatMap(([path, text]) =>
      [...new Set(text.match(names)?.map((name) => name.toLowerCase()))].map(
        (name) => `${path} names the provider ${name}`,
      ),
    );
}

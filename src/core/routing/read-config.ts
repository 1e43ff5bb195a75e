// A configuration as operators write it: every field known, and each where it belongs.
import { type Fields, isFields } from '../usage/counts.ts';
import { readCondition } from './condition.ts';
import {
  type BalanceMeasure,
  balanceMeasures,
  type Branch,
  type ConfigTarget,
  defaultRetry,
  type RoutingConfig,
  type Strategy,
  strategyModes,
} from './config.ts';
import { type Document, FieldReader, flag, listOf, oneOf, type Problem, text, whole } from './fields.ts';
import { readControls } from './controls.ts';
import { readOverrides } from './overrides.ts';

const targetsMax = 16;
const branchesMax = 64;
const nameMax = 200;
const timeoutMsMax = 3_600_000;
const secondsMax = 30 * 86_400;
const cacheSecondsByDefault = 3_600;

interface Said {
  readonly strategy?: SaidStrategy | undefined;
  readonly targets?: readonly ConfigTarget[] | undefined;
  readonly retry?: RoutingConfig['retry'] | undefined;
  readonly cacheTtlMs?: number | undefined;
  readonly headTimeoutMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
}

interface SaidStrategy {
  readonly mode: (typeof strategyModes)[number];
  readonly by: BalanceMeasure;
  readonly statusCodes?: readonly number[] | undefined;
  readonly branches: readonly Branch[];
  readonly otherwise?: readonly string[] | undefined;
}

export type ConfigReading =
  | { readonly kind: 'read'; readonly document: Document }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] };

export type RoutingReading =
  | { readonly kind: 'read'; readonly routing: RoutingConfig | undefined }
  | { readonly kind: 'wrong'; readonly problems: readonly Problem[] };

/** Of one node or key, which need not be complete: its own fields, each at its one place. */
export function readConfig(value: unknown): ConfigReading {
  const problems: Problem[] = [];
  if (!isFields(value)) return { kind: 'wrong', problems: [{ path: '', message: 'Write an object.' }] };
  const document = withOnePlace(value, problems);
  readFields(document, problems);
  return problems.length === 0 ? { kind: 'read', document } : { kind: 'wrong', problems };
}

/** Of a whole that was merged: `undefined` when it says nothing about where calls go. */
export function routingIn(document: Document): RoutingReading {
  const problems: Problem[] = [];
  const said = readFields(document, problems);
  const { strategy, targets = [], retry = defaultRetry, cacheTtlMs, headTimeoutMs, idleTimeoutMs } = said;
  const chosen = strategyOf(strategy, targets, problems);
  if (problems.length > 0) return { kind: 'wrong', problems };
  if (Object.values(said).every((each) => each === undefined)) return { kind: 'read', routing: undefined };
  const routing: RoutingConfig = {
    strategy: chosen,
    targets,
    retry,
    ...(cacheTtlMs === undefined ? undefined : { cacheTtlMs }),
    ...(headTimeoutMs === undefined ? undefined : { headTimeoutMs }),
    ...(idleTimeoutMs === undefined ? undefined : { idleTimeoutMs }),
  };
  return { kind: 'read', routing };
}

function strategyOf(
  strategy: SaidStrategy | undefined,
  targets: readonly ConfigTarget[],
  problems: Problem[],
): Strategy {
  // As names of several targets always had it.
  if (!strategy) return { mode: 'fallback' };
  switch (strategy.mode) {
    case 'single':
      return { mode: 'single' };
    case 'fallback':
      return strategy.statusCodes === undefined
        ? { mode: 'fallback' }
        : { mode: 'fallback', statusCodes: strategy.statusCodes };
    case 'loadbalance':
      return { mode: 'loadbalance', by: strategy.by };
    case 'conditional': {
      const { branches, otherwise } = strategy;
      const known = new Set(targets.map(({ name }) => name));
      const unknown = [...branches.flatMap((branch) => branch.targets), ...(otherwise ?? [])].find(
        (name) => !known.has(name),
      );
      if (branches.length === 0) problems.push({ path: 'strategy.conditions', message: 'Say at least one condition.' });
      if (unknown !== undefined)
        problems.push({ path: 'strategy.conditions', message: `No target has the name "${unknown}".` });
      return { mode: 'conditional', branches, ...(otherwise === undefined ? undefined : { otherwise }) };
    }
  }
}

function readFields(document: Document, problems: Problem[]): Said {
  const fields = new FieldReader(document, '', problems);
  const strategy = fields.take('strategy', readStrategy);
  const targets = fields.take('targets', listOf(readTarget, targetsMax));
  const retry = fields.take('retry', readRetry);
  const cache = fields.take('cache', readCache);
  const request = fields.take('request_timeout', whole(1, timeoutMsMax));
  const timeouts = fields.take('timeouts', readTimeouts);
  fields.take('metadata', readMetadata);
  fields.end();
  return {
    strategy,
    targets,
    retry,
    cacheTtlMs: cache,
    headTimeoutMs: timeouts?.headMs ?? request,
    idleTimeoutMs: timeouts?.idleMs,
  };
}

const statusCodes = listOf(whole(300, 599), 100);
const targetName = text(nameMax);

/** One name, or several that are tried in order. */
function targetNames(value: unknown, path: string, problems: Problem[]): readonly string[] {
  return Array.isArray(value)
    ? listOf(targetName, targetsMax)(value, path, problems)
    : [targetName(value, path, problems)];
}

function readStrategy(value: unknown, path: string, problems: Problem[]): SaidStrategy {
  const fields = new FieldReader(value, path, problems);
  const mode = fields.take('mode', oneOf(strategyModes)) ?? 'fallback';
  const by = fields.take('by', oneOf(balanceMeasures)) ?? 'weight';
  const codes = fields.take('on_status_codes', statusCodes);
  const branches = fields.take('conditions', listOf(readBranch, branchesMax)) ?? [];
  const otherwise = fields.take('default', targetNames);
  fields.end();
  return { mode, by, statusCodes: codes, branches, otherwise };
}

function readBranch(value: unknown, path: string, problems: Problem[]): Branch {
  const fields = new FieldReader(value, path, problems);
  const when = fields.take('query', (query, at) => readCondition(query, at, problems));
  const targets = fields.take('then', targetNames);
  fields.end();
  if (!when) problems.push({ path: `${path}.query`, message: 'Say what must hold.' });
  if (!targets) problems.push({ path: `${path}.then`, message: 'Name the target.' });
  return { when: when ?? { kind: 'all', parts: [] }, targets: targets ?? [] };
}

function readTarget(value: unknown, path: string, problems: Problem[]): ConfigTarget {
  const fields = new FieldReader(value, path, problems);
  const name = fields.take('name', targetName);
  const provider = fields.take('provider', targetName);
  const model = fields.take('model', targetName);
  const alias = fields.take('alias', targetName);
  const weight = fields.take('weight', readWeight) ?? 1;
  const overrides = fields.take('override_params', readOverrides) ?? { params: {} };
  fields.end();
  const named = [model, alias, overrides.model].filter((each) => each !== undefined);
  if (new Set(named).size > 1) {
    problems.push({ path: `${path}.model`, message: 'One target has one model: say it once.' });
  }
  const [called] = named;
  return {
    weight,
    overrides,
    ...(name === undefined ? undefined : { name }),
    ...(provider === undefined ? undefined : { provider }),
    ...(called === undefined ? undefined : { model: called }),
  };
}

const weightMax = 1_000_000;

function readWeight(value: unknown, path: string, problems: Problem[]): number {
  if (typeof value === 'number' && value >= 0 && value <= weightMax) return value;
  problems.push({ path, message: `Write a number from 0 to ${weightMax}.` });
  return 0;
}

function readRetry(value: unknown, path: string, problems: Problem[]): RoutingConfig['retry'] {
  const fields = new FieldReader(value, path, problems);
  const retries = fields.take('attempts', whole(0, 10)) ?? defaultRetry.retries;
  const codes = fields.take('on_status_codes', statusCodes);
  const patienceMs = fields.take('patience_ms', whole(0, 60_000)) ?? defaultRetry.patienceMs;
  const backoff = fields.take('backoff', readBackoff) ?? {};
  fields.end();
  return { ...defaultRetry, retries, patienceMs, ...backoff, ...(codes === undefined ? {} : { statusCodes: codes }) };
}

function readBackoff(
  value: unknown,
  path: string,
  problems: Problem[],
): Partial<Pick<RoutingConfig['retry'], 'backoffMs' | 'backoffMsMax' | 'jitter'>> {
  const fields = new FieldReader(value, path, problems);
  const backoffMs = fields.take('initial_ms', whole(0, 60_000));
  const backoffMsMax = fields.take('max_ms', whole(0, 60_000));
  const jitter = fields.take('jitter', flag);
  fields.end();
  return {
    ...(backoffMs === undefined ? {} : { backoffMs }),
    ...(backoffMsMax === undefined ? {} : { backoffMsMax }),
    ...(jitter === undefined ? {} : { jitter }),
  };
}

/** How long answers are kept; `undefined` for none at all. */
function readCache(value: unknown, path: string, problems: Problem[]): number | undefined {
  const fields = new FieldReader(value, path, problems);
  const mode = fields.take('mode', oneOf(['off', 'simple'])) ?? 'off';
  const seconds = fields.take('ttl', whole(1, secondsMax)) ?? cacheSecondsByDefault;
  fields.end();
  return mode === 'simple' ? seconds * 1_000 : undefined;
}

function readTimeouts(value: unknown, path: string, problems: Problem[]) {
  const fields = new FieldReader(value, path, problems);
  const headMs = fields.take('head_ms', whole(1, timeoutMsMax));
  const idleMs = fields.take('idle_ms', whole(1, timeoutMsMax));
  fields.end();
  return { headMs, idleMs };
}

function readMetadata(value: unknown, path: string, problems: Problem[]): void {
  const fields = new FieldReader(value, path, problems);
  fields.take('_neuropia', (inner, at) => {
    const level = new FieldReader(inner, at, problems);
    level.take('sync_controls', readControls);
    level.take('async_tracking', readTracking);
    level.end();
  });
  fields.end();
}

function readTracking(value: unknown, path: string, problems: Problem[]): void {
  const fields = new FieldReader(value, path, problems);
  const on = fields.take('enable_usage_tracking', flag);
  fields.end();
  if (on === false) {
    const message = 'Every call is in the ledger with its usage: that is what it is charged by, and cannot be off.';
    problems.push({ path: fields.pathOf('enable_usage_tracking'), message });
  }
}

const controlled = ['sync_controls', 'async_tracking'] as const;

// Operators may leave out the levels above; each field then still has one place only, or ancestors could not be merged.
function withOnePlace(value: Fields, problems: Problem[]): Document {
  const { metadata, ...rest } = value;
  if (metadata !== undefined && metadata !== null && !isFields(metadata)) return value;
  const above: Record<string, unknown> = { ...rest };
  const level: Record<string, unknown> = isFields(metadata) ? { ...metadata } : {};
  const inner = level['_neuropia'];
  if (inner !== undefined && inner !== null && !isFields(inner)) return value;
  const own: Record<string, unknown> = isFields(inner) ? { ...inner } : {};
  for (const name of controlled) {
    for (const [outer, path] of [
      [above, name],
      [level, `metadata.${name}`],
    ] as const) {
      if (outer[name] === undefined) continue;
      if (own[name] !== undefined) problems.push({ path, message: 'It is said at two places. Say it once.' });
      own[name] = outer[name];
      delete outer[name];
    }
  }
  if (Object.keys(own).length > 0) level['_neuropia'] = own;
  return Object.keys(level).length > 0 ? { ...above, metadata: level } : above;
}

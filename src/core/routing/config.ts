// What a virtual key's effective configuration says about its calls, read once and kept with the caller.
import type { Condition } from './condition.ts';

export const strategyModes = ['single', 'fallback', 'loadbalance', 'conditional'] as const;
export const balanceMeasures = ['weight', 'latency', 'cost'] as const;
export type BalanceMeasure = (typeof balanceMeasures)[number];

export interface Branch {
  readonly when: Condition;
  /** Names of targets, in the order in which they are tried. */
  readonly targets: readonly string[];
}

export type Strategy =
  | { readonly mode: 'single' }
  /** `statusCodes`: after which the next target is tried; missing: after all that say nothing about the request itself. */
  | { readonly mode: 'fallback'; readonly statusCodes?: readonly number[] }
  | { readonly mode: 'loadbalance'; readonly by: BalanceMeasure }
  | { readonly mode: 'conditional'; readonly branches: readonly Branch[]; readonly otherwise?: readonly string[] };

export interface Overrides {
  readonly model?: string;
  /** Tokens per choice. */
  readonly outputLimit?: number;
  /** JSON text by the parameter's name. */
  readonly params: Readonly<Record<string, string>>;
}

export interface ConfigTarget {
  /** By which conditions call it. */
  readonly name?: string;
  readonly provider?: string;
  /** A model or an alias; missing: the name that the caller sent. */
  readonly model?: string;
  readonly weight: number;
  readonly overrides: Overrides;
}

export interface RetryPolicy {
  /** Beyond the first try. */
  readonly retries: number;
  /** Missing: those after which trying again may help. */
  readonly statusCodes?: readonly number[];
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  readonly jitter: boolean;
  /** A provider that asks for more patience is passed over. */
  readonly patienceMs: number;
}

export const defaultRetry: RetryPolicy = {
  retries: 1,
  backoffMs: 100,
  backoffMsMax: 2_000,
  jitter: true,
  patienceMs: 2_000,
};

export interface RoutingConfig {
  readonly strategy: Strategy;
  /** None: the targets of the name that the caller sent. */
  readonly targets: readonly ConfigTarget[];
  readonly retry: RetryPolicy;
  readonly cacheTtlMs?: number;
  readonly headTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
}

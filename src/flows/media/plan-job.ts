// Finds who can make what is asked for, and says everything on which its price depends, before anything is set aside.
import type { JobPlan, JobRequest } from '#core/call/job-request.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { isReachable, type Target } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import { rate } from '#core/pricing/rate.ts';
import { estimatedUsage } from '#core/usage/usage.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import type { CallFare } from '../fare.ts';
import { planRoute } from '../plan-route.ts';
import type { MediaDesk } from './desk.ts';

export interface MediaAsked {
  readonly name: string;
  readonly request: JobRequest;
  readonly extraHeaders: Readonly<Record<string, string>>;
  /** What is made anew is with this provider, and nobody else can. */
  readonly provider?: string;
}

export interface Candidate {
  readonly target: Target;
  readonly adapter: MediaJobs;
  readonly request: JobRequest;
}

export interface PlannedJob {
  readonly call: ModelCall;
  readonly quantities: JobPlan['quantities'];
  /** In the order in which they are tried; all make the same thing. */
  readonly candidates: readonly Candidate[];
}

/** @throws Failure `unknown_model`, `invalid_parameter`, or `upstream_failed` when nobody who could is ready. */
export function planJob(desk: MediaDesk, caller: Caller, asked: MediaAsked): PlannedJob {
  const bare = callFor(asked, { facts: {}, quantities: {} });
  const { targets } = planRoute(desk.house.snapshot.catalog, { caller, call: bare });
  const candidates: Candidate[] = [];
  let first: JobPlan | undefined;
  let refused: Failure | undefined;
  for (const { target } of targets) {
    if (asked.provider !== undefined && asked.provider !== target.provider.name) continue;
    const adapter = desk.adapters.get(target.provider.adapter);
    if (!adapter?.kinds.has(asked.request.kind) || !isReachable(target.provider)) {
      refused ??= unready(target, adapter);
      continue;
    }
    // What the first would fill in is what all are asked for, so that one price covers whoever makes it.
    const plan = adapter.plan(first?.request ?? asked.request, target.model);
    if (plan.kind === 'untranslatable') {
      refused ??= new Failure('invalid_parameter', plan.message, { param: plan.param });
      continue;
    }
    if (first && !makesTheSame(first, plan)) continue;
    first ??= plan;
    candidates.push({ target, adapter, request: plan.request });
  }
  if (!first) throw refused ?? new Failure('upstream_failed', `Nobody here can make "${asked.name}" anew.`);
  return { call: callFor(asked, first), quantities: first.quantities, candidates };
}

/**
 * What is held for must also be what is charged for: a price that may not apply in the end is none.
 * @throws Failure `unpriced`.
 */
export function mustBePriced({ call, quantities }: PlannedJob, fare: CallFare): void {
  const counted = estimatedUsage({ prompt_tokens: 0, completion_tokens: 0, method: 'plan', raw: null });
  // Jobs go by keys of the platform alone, and so by its prices.
  const ours = fare.targets.find(({ ownKey }) => ownKey === undefined);
  if (ours && rate({ ...ours.charge, usage: { ...counted, quantities }, facts: fare.facts }).complete) return;
  const message = `"${call.name}" has no price for what is asked for, so it cannot be made until the operator sets one.`;
  throw new Failure('unpriced', message, { param: 'model' });
}

function makesTheSame(one: JobPlan, other: JobPlan): boolean {
  return haveTheSame(one.facts, other.facts) && haveTheSame(one.quantities, other.quantities);
}

function haveTheSame(one: object, other: object): boolean {
  const known = new Map<string, unknown>(Object.entries(one));
  const others = Object.entries(other);
  return known.size === others.length && others.every(([name, value]) => known.get(name) === value);
}

function callFor(
  { name, request, extraHeaders }: MediaAsked,
  { facts, quantities }: Pick<JobPlan, 'facts' | 'quantities'>,
): ModelCall {
  return {
    kind: request.kind,
    format: request.kind === 'video' ? 'videos' : 'music',
    name,
    body: '',
    bodyBytes: 0,
    streamed: false,
    usageWanted: false,
    outputLimit: 0,
    choices: 1,
    images: 0,
    attachments: 0,
    quantities,
    facts,
    extraHeaders,
  };
}

function unready({ name, provider }: Target, adapter: MediaJobs | undefined): Failure {
  const why = adapter
    ? `its provider ${provider.name} has no key here. The operator can add one`
    : `this server does not know how its provider (${provider.name}) makes such a thing`;
  return new Failure('upstream_failed', `"${name}" cannot be called: ${why}.`, { param: 'model', shouldRetry: false });
}

// Where a job was put: its adapter, and its provider as the catalogue has it now.
import type { Catalog, Credential, Provider } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { MediaJob } from '#core/call/media-job.ts';
import type { JobAsked, JobPlace, JobReference, MediaJobs } from '#ports/media-jobs.ts';
import type { BatchJobs } from '#ports/batch-jobs.ts';
import type { MediaDesk } from './desk.ts';

/** A question about a job is answered at once, or asked again. */
const answerMsMax = 60_000;

export interface JobSite {
  readonly adapter: MediaJobs;
  readonly place: JobPlace;
}

/** @throws Failure `upstream_failed` when the provider has gone from the catalogue, which may be mended. */
export function siteOf({ house, adapters }: MediaDesk, job: MediaJob): JobSite {
  const adapter = adapters.get(job.adapter);
  if (!adapter) throw unasked(job);
  return { adapter, place: placeOf(house, job) };
}

export interface BatchSite {
  readonly batches: BatchJobs;
  readonly place: JobPlace;
}

/** @throws Failure as `siteOf`. */
export function batchSiteOf({ house, batches: all }: MediaDesk, job: MediaJob): BatchSite {
  const batches = all.get(job.adapter);
  if (!batches) throw unasked(job);
  return { batches, place: placeOf(house, job) };
}

function placeOf(house: MediaDesk['house'], job: MediaJob): JobPlace {
  const provider = providerNamed(house.snapshot.catalog, job.call.provider);
  if (!provider) throw unasked(job);
  const credential = credentialFor(provider, job.providerKeyId);
  const place = placeAt(provider, { model: job.upstreamModel, credential, nowMs: house.clock.now() });
  return { ...place, headTimeoutMs: Math.min(place.headTimeoutMs, answerMsMax) };
}

function unasked({ call }: MediaJob): Failure {
  return new Failure('upstream_failed', `The provider of this job (${call.provider}) cannot be asked just now.`);
}

interface At {
  readonly model: string;
  readonly credential: Credential | undefined;
  readonly nowMs: number;
  readonly extraHeaders?: Readonly<Record<string, string>>;
}

export function placeAt(provider: Provider, { model, credential, nowMs, extraHeaders = {} }: At): JobPlace {
  const { baseUrl, headTimeoutMs, idleTimeoutMs } = provider;
  return { model, baseUrl, credential: credential?.secret, headTimeoutMs, idleTimeoutMs, nowMs, extraHeaders };
}

/** The one that the job was made with, since others may not know of it; else the one that is used now. */
export function credentialFor({ credentials }: Provider, providerKeyId?: string): Credential | undefined {
  return (
    credentials.find((each) => each.providerKeyId === providerKeyId) ??
    credentials.find((each) => each.isPrimary) ??
    credentials[0]
  );
}

export function referenceOf({ kind, upstreamId, end }: MediaJob): JobReference {
  if (kind === 'batch') throw new Error('A batch was taken for a film.');
  return { kind, upstreamId, ...(end?.result === undefined ? {} : { result: end.result }) };
}

export function askedOf({ kind, call, shown }: MediaJob): JobAsked {
  if (kind === 'batch') throw new Error('A batch was taken for a film.');
  const quantities = call.job?.quantities ?? {};
  return { kind, quantities, ...(shown.duration === undefined ? {} : { seconds: shown.duration }) };
}

// Asked for with every poll; made once for each catalogue.
const providers = new WeakMap<Catalog, ReadonlyMap<string, Provider>>();

function providerNamed(catalog: Catalog, name: string): Provider | undefined {
  let known = providers.get(catalog);
  if (!known) {
    const all = [...catalog.routes.values()].flatMap(({ targets }) => targets.map(({ provider }) => provider));
    known = new Map(all.map((provider) => [provider.name, provider]));
    providers.set(catalog, known);
  }
  return known.get(name);
}

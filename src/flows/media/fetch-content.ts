// Passes a job's file on from the provider: with our credential, free, in pieces as the caller takes them.
import { Failure } from '#core/failure.ts';
import type { MediaJob } from '#core/call/media-job.ts';
import type { Door } from '#ports/door.ts';
import type { ContentStep } from '#ports/media-jobs.ts';
import { type UpstreamAnswer, UpstreamError, type UpstreamRequest } from '#ports/upstream.ts';
import type { MediaDesk } from './desk.ts';
import { readingOf } from './keep-jobs.ts';
import { referenceOf, siteOf } from './place.ts';

/** Questions on the way to the file, and addresses that only lead to others. */
const stepsMax = 4;
const redirectsMax = 3;
const answerBytesMax = 1_048_576;
const fileBytesMax = 4 * 1024 * 1_048_576;

/** @throws Failure while nothing of the file has left. */
export async function fetchContent(desk: MediaDesk, job: MediaJob, variant: string, door: Door): Promise<void> {
  if (job.end?.state !== 'completed') {
    const why = job.end ? 'it has failed' : 'it is still under way';
    throw new Failure('conflict', `There is no content of this job: ${why}.`);
  }
  await passed(async () => openFile(desk, await freshly(desk, job), variant), door);
}

/** One whose address is known. @throws Failure while nothing of it has left. */
export function passFile(desk: MediaDesk, request: UpstreamRequest, door: Door): Promise<void> {
  return passed(() => follow(desk, request), door);
}

async function passed(open: () => Promise<UpstreamAnswer>, door: Door): Promise<void> {
  let answer: UpstreamAnswer;
  try {
    answer = await open();
  } catch (error) {
    if (error instanceof UpstreamError) throw new Failure('upstream_failed', error.message, { cause: error });
    throw error;
  }
  await pass(answer, door);
}

/** With an address that is good now. */
async function freshly(desk: MediaDesk, job: MediaJob): Promise<MediaJob> {
  const { adapter } = siteOf(desk, job);
  if (adapter.asksAgain !== true || !job.end) return job;
  const reading = await readingOf(desk, job);
  return reading?.kind === 'completed' ? { ...job, end: { ...job.end, result: reading.result } } : job;
}

async function openFile(desk: MediaDesk, job: MediaJob, variant: string): Promise<UpstreamAnswer> {
  const { adapter, place } = siteOf(desk, job);
  const { upstream } = desk.house;
  let step: ContentStep | undefined = adapter.content(referenceOf(job), variant, place);
  if (!step) {
    const message = `There is no "${variant.slice(0, 64)}" of this job.`;
    throw new Failure('invalid_parameter', message, { param: 'variant' });
  }
  for (let steps = 0; steps < stepsMax && step; steps += 1) {
    if (step.kind === 'file') return follow(desk, step.request);
    const answer = await upstream.send(step.request);
    const body = await answer.body.whole(answerBytesMax);
    step = answer.status < 300 ? step.read(body) : undefined;
  }
  throw gone();
}

async function follow({ house }: MediaDesk, first: UpstreamRequest): Promise<UpstreamAnswer> {
  let request = first;
  for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
    const answer = await house.upstream.send(request);
    const { location } = answer.headers;
    if (answer.status >= 300 && answer.status < 400 && typeof location === 'string') {
      answer.body.close();
      request = redirected(request, location);
      continue;
    }
    if (answer.status < 300) return answer;
    answer.body.close();
    if (answer.status === 404 || answer.status === 410 || answer.status === 403) throw gone();
    throw new Failure('upstream_failed', `The provider answered with status ${answer.status}.`);
  }
  throw new Failure('upstream_failed', 'The provider sends from one address to another without end.');
}

/** Another host gets no credential of ours, and no connection without encryption. */
function redirected(request: UpstreamRequest, location: string): UpstreamRequest {
  const next = URL.parse(location, `${request.origin}${request.path}`);
  if (next?.origin === request.origin) return { ...request, path: `${next.pathname}${next.search}` };
  if (next?.protocol !== 'https:') {
    throw new Failure('upstream_failed', 'The provider sends to an address that is not taken.');
  }
  const { authorization: _one, 'x-goog-api-key': _other, ...headers } = request.headers;
  return { ...request, origin: next.origin, path: `${next.pathname}${next.search}`, headers };
}

async function pass({ headers, body }: UpstreamAnswer, door: Door): Promise<void> {
  const { 'content-type': type, 'content-length': length } = headers;
  door.hungUp.addEventListener('abort', () => body.close(), { once: true });
  let started = false;
  let bytes = 0;
  const start = (): void => {
    if (started) return;
    started = true;
    door.start(200, {
      'content-type': typeof type === 'string' ? type : 'application/octet-stream',
      ...(typeof length === 'string' ? { 'content-length': length } : {}),
    });
  };
  try {
    await body.pour((piece) => {
      bytes += piece.length;
      if (bytes > fileBytesMax) throw new UpstreamError('too_large', 'The file is larger than is passed on.');
      start();
      return door.write(piece);
    });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    // Of a file that breaks off the caller must not think that it is whole.
    if (door.hungUp.aborted) return;
    throw new Failure('upstream_failed', error.message, { cause: error });
  }
  start();
  door.end();
}

function gone(): Failure {
  return new Failure('not_found', 'The provider does not have the content of this job any more.');
}

// What a provider offers, asked of itself, beside what the catalogue and the price book have of it.
import type { ModelKind } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import { isFields } from '#core/usage/counts.ts';
import type { ModelRow, ProviderRow } from '#ports/administration.ts';
import type { ModelListing } from '#ports/provider.ts';
import { type UpstreamAnswer, UpstreamError } from '#ports/upstream.ts';
import type { AdminDesk } from './desk.ts';
import { present } from './outcome.ts';
import { currentPrices, everyRow } from './price-sync/read-book.ts';

export interface OfferedModel {
  /** As the provider calls it. */
  readonly model_id: string;
  readonly kind: ModelKind;
  /** Its name in the catalogue, if it is there. */
  readonly name: string | null;
  readonly priced: boolean;
}

export interface Discovery {
  readonly provider: string;
  /** Which of its lists answered. */
  readonly list: string;
  readonly models: readonly OfferedModel[];
}

/** @throws Failure `not_found`, or `upstream_failed` in words for the operator. */
export async function discoverModels(desk: AdminDesk, ref: string): Promise<Discovery> {
  const provider = present(await desk.administration.providers.get(ref), 'provider');
  const credential = await credentialOf(desk, provider);
  const { list, offered } = await askForModels(desk, provider, credential);
  const known = await everyRow<ModelRow>((page) => desk.administration.models.list(page, { provider: provider.id }));
  const names = new Map(known.map((model) => [model.model_id, model.name]));
  const prices = await currentPrices(desk);
  return {
    provider: provider.name,
    list,
    models: offered.map(({ id, kind }) => {
      const name = names.get(id);
      return { model_id: id, kind, name: name ?? null, priced: name !== undefined && prices.has(name) };
    }),
  };
}

async function credentialOf({ administration, vault }: AdminDesk, { id }: ProviderRow): Promise<string | undefined> {
  const key = await administration.providerKeys.sealed(id);
  return key && vault.open(key.sealed, `provider_key:${key.id}`);
}

type Offer = NonNullable<ReturnType<ModelListing['read']>>[number];

// The fuller one first; whoever does not have it answers 404, and is asked for the other.
const lists: readonly ModelListing[] = [
  { path: '/model/info', headers: bearer, read: (answer) => readRows(answer, readModelInfo) },
  { path: '/models', headers: bearer, read: (answer) => readRows(answer, readModel) },
];

function bearer(credential: string | undefined): Readonly<Record<string, string>> {
  return credential === undefined ? {} : { authorization: `Bearer ${credential}` };
}

type Row = Readonly<Record<string, unknown>>;

function readRows(answer: unknown, read: (row: Row) => Offer | undefined): readonly Offer[] | undefined {
  const rows = isFields(answer) ? answer['data'] : answer;
  if (!Array.isArray(rows)) return undefined;
  const offers = rows.flatMap((row: unknown) => (isFields(row) ? (read(row) ?? []) : []));
  // Rows that nobody can read are no list of this kind.
  return offers.length > 0 || rows.length === 0 ? offers : undefined;
}

function readModelInfo({ model_name: id, model_info: info }: Row): Offer | undefined {
  if (typeof id !== 'string') return undefined;
  const mode = isFields(info) ? info['mode'] : undefined;
  return { id, kind: (typeof mode === 'string' ? kinds[mode] : undefined) ?? 'chat' };
}

function readModel({ id }: Row): Offer | undefined {
  return typeof id === 'string' ? { id, kind: /embed/i.test(id) ? 'embedding' : 'chat' } : undefined;
}

const kinds: Readonly<Record<string, ModelKind>> = {
  chat: 'chat',
  completion: 'chat',
  responses: 'chat',
  embedding: 'embedding',
  image_generation: 'image',
  video_generation: 'video',
  audio_speech: 'speech',
  audio_transcription: 'transcription',
  moderation: 'moderation',
  rerank: 'rerank',
  ocr: 'ocr',
};

async function askForModels(desk: AdminDesk, provider: ProviderRow, credential: string | undefined) {
  const own = desk.listings.get(provider.adapter);
  const asked = own ? [own] : lists;
  for (const listing of asked) {
    const answer = await askForList(desk, { provider, listing, credential });
    const offered = answer === undefined ? undefined : listing.read(answer);
    if (offered !== undefined) {
      return { list: pathOf(listing), offered: [...new Map(offered.map((offer) => [offer.id, offer])).values()] };
    }
  }
  const path = asked.map(pathOf).at(-1) ?? '';
  throw refusal(`${provider.name} does not list its models at ${provider.base_url}${path}.`);
}

function pathOf({ path }: ModelListing): string {
  return path.split('?', 1)[0] ?? path;
}

const answerBytesMax = 8 * 1_048_576;
const silenceMsMax = 10_000;
const answerMsMax = 30_000;

interface Question {
  readonly provider: ProviderRow;
  readonly listing: ModelListing;
  readonly credential: string | undefined;
}

/** `undefined` where it has no such list. Only ever the provider's own address: nobody can name another one. */
async function askForList(desk: AdminDesk, question: Question): Promise<unknown> {
  const { provider, listing, credential } = question;
  const url = new URL(provider.base_url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Failure('invalid_parameter', `${provider.name} is not spoken to over HTTP: it cannot be asked.`);
  }
  const tooLong = AbortSignal.timeout(answerMsMax);
  try {
    const answer = await desk.upstream.send(
      {
        origin: url.origin,
        path: `${url.pathname.replace(/\/$/, '')}${listing.path}`,
        method: 'GET',
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...listing.headers(credential),
        },
        headTimeoutMs: silenceMsMax,
        idleTimeoutMs: silenceMsMax,
      },
      tooLong,
    );
    return await readAnswer(answer, question);
  } catch (error) {
    if (tooLong.aborted) throw refusal(`${provider.name} took more than ${answerMsMax} ms for its list.`, error);
    if (error instanceof UpstreamError) throw refusal(`${provider.name} at ${url.origin}: ${error.message}`, error);
    throw error;
  }
}

async function readAnswer(answer: UpstreamAnswer, { provider, listing }: Question): Promise<unknown> {
  const path = pathOf(listing);
  const { status } = answer;
  const body = await answer.body.whole(answerBytesMax);
  if (status === 404 || status === 405) return undefined;
  if (status === 401 || status === 403) {
    throw refusal(`${provider.name} does not accept its key (${status}). Set another one: faregate provider-keys add.`);
  }
  if (status >= 300 && status < 400) {
    throw refusal(`${provider.name} points elsewhere (${status}). Set its base_url to the address it means.`);
  }
  if (status !== 200) throw refusal(`${provider.name} answered ${status} to GET ${path}.`);
  const parsed = parse(body.toString('utf8'));
  if (parsed === undefined)
    throw refusal(`${provider.name} did not answer GET ${path} with JSON. Is its base_url right?`);
  return parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function refusal(message: string, cause?: unknown): Failure {
  return new Failure('upstream_failed', message, cause === undefined ? {} : { cause });
}

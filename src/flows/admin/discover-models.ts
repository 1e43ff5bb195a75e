// What a provider offers, asked of itself, beside what the catalogue and the price book have of it.
import type { ModelKind } from '#core/catalog/catalog.ts';
import { Failure } from '#core/failure.ts';
import type { ModelRow, ProviderRow } from '#ports/administration.ts';
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

interface Offer {
  readonly id: string;
  readonly kind: ModelKind;
}

interface List {
  /** Below the provider's own address. */
  readonly path: string;
  readonly read: (row: Readonly<Record<string, unknown>>) => Offer | undefined;
}

// The fuller one first; whoever does not have it answers 404, and is asked for the other.
const lists: readonly List[] = [
  { path: '/model/info', read: readModelInfo },
  { path: '/models', read: readModel },
];

function readModelInfo({ model_name: id, model_info: info }: Readonly<Record<string, unknown>>): Offer | undefined {
  if (typeof id !== 'string') return undefined;
  const mode = isRecord(info) ? info['mode'] : undefined;
  return { id, kind: (typeof mode === 'string' ? kinds[mode] : undefined) ?? 'chat' };
}

function readModel({ id }: Readonly<Record<string, unknown>>): Offer | undefined {
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
  for (const { path, read } of lists) {
    const rows = await askForList(desk, { provider, path, credential });
    const offered = rows?.flatMap((row) => (isRecord(row) ? (read(row) ?? []) : []));
    if (offered !== undefined && (offered.length > 0 || rows?.length === 0)) {
      return { list: path, offered: [...new Map(offered.map((offer) => [offer.id, offer])).values()] };
    }
  }
  throw refusal(`${provider.name} does not list its models at ${provider.base_url}${lists.at(-1)?.path ?? ''}.`);
}

const answerBytesMax = 8 * 1_048_576;
const silenceMsMax = 10_000;
const answerMsMax = 30_000;

interface Question {
  readonly provider: ProviderRow;
  readonly path: string;
  readonly credential: string | undefined;
}

/** `undefined` where it has no such list. Only ever the provider's own address: nobody can name another one. */
async function askForList(desk: AdminDesk, question: Question): Promise<readonly unknown[] | undefined> {
  const { provider, path, credential } = question;
  const url = new URL(provider.base_url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Failure('invalid_parameter', `${provider.name} is not spoken to over HTTP: it cannot be asked.`);
  }
  const tooLong = AbortSignal.timeout(answerMsMax);
  try {
    const answer = await desk.upstream.send(
      {
        origin: url.origin,
        path: `${url.pathname.replace(/\/$/, '')}${path}`,
        method: 'GET',
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
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

async function readAnswer(
  answer: UpstreamAnswer,
  { provider, path }: Question,
): Promise<readonly unknown[] | undefined> {
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
  const rows = isRecord(parsed) ? parsed['data'] : parsed;
  return Array.isArray(rows) ? rows : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(message: string, cause?: unknown): Failure {
  return new Failure('upstream_failed', message, cause === undefined ? {} : { cause });
}

// Whether a provider accepts a key, asked of itself by the cheapest question that needs one. What it answers may quote the
// key, so only its status is told, in our words.
import { Failure } from '#core/failure.ts';
import type { KeyValidation, ProviderKey, ProviderRow } from '#ports/administration.ts';
import { type UpstreamAnswer, UpstreamError } from '#ports/upstream.ts';
import type { AdminDesk } from './desk.ts';
import { change, present } from './outcome.ts';

const silenceMsMax = 10_000;
const answerMsMax = 15_000;

export interface KeyInQuestion {
  readonly provider: Pick<ProviderRow, 'name' | 'adapter' | 'base_url'>;
  readonly secret: string;
  /** The owner's own word on where it is used; then only where the operator lets it lead. */
  readonly baseUrl: string | undefined;
}

/** @throws Failure `invalid_parameter` for an address that may not be asked. */
export async function askProvider(
  desk: AdminDesk,
  { provider, secret, baseUrl }: KeyInQuestion,
): Promise<KeyValidation> {
  const probe = desk.probes.get(provider.adapter);
  if (!probe) return unknown(`This server has no question to test a key of ${provider.name} by.`);
  const request = {
    ...probe({ baseUrl: baseUrl ?? provider.base_url, credential: secret }),
    method: 'GET',
    headTimeoutMs: silenceMsMax,
    idleTimeoutMs: silenceMsMax,
  } as const;
  try {
    const answer = await desk.upstream.send(
      baseUrl === undefined ? request : { ...request, publicOnly: true },
      AbortSignal.timeout(answerMsMax),
    );
    answer.body.close();
    return verdict(answer);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    if (error.kind === 'forbidden') {
      throw new Failure('invalid_parameter', error.message, { param: 'base_url', cause: error });
    }
    return unknown(`${provider.name} could not be asked: ${error.message}`);
  }
}

function verdict({ status }: UpstreamAnswer): KeyValidation {
  if (status >= 200 && status < 300) return { is_valid: true, validation_error: null };
  if (status === 401 || status === 402 || status === 403) {
    return { is_valid: false, validation_error: `The provider refuses the key (${status}).` };
  }
  return unknown(`The provider answered ${status} to the test, which says nothing about the key.`);
}

function unknown(why: string): KeyValidation {
  return { is_valid: null, validation_error: why };
}

/** A key that is kept already: what its provider says is kept with it. */
export async function testProviderKey(desk: AdminDesk, actor: string, ref: string, id: string): Promise<ProviderKey> {
  const { providerKeys, providers } = desk.administration;
  const provider = present(await providers.get(ref), 'provider');
  const key = present(await providerKeys.get(ref, id), 'provider key');
  const sealed = present(await providerKeys.sealedOf(key.id), 'provider key');
  const secret = desk.vault.open(sealed, `provider_key:${key.id}`);
  const validation = await askProvider(desk, { provider, secret, baseUrl: key.base_url ?? undefined });
  return change(desk, 'catalog', 'provider key', providerKeys.noteTest(actor, ref, key.id, validation));
}

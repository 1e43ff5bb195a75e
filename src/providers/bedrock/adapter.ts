// Amazon Bedrock: every model through Converse, signed, its streams in frames.
import type { ModelCall } from '#core/call/model-call.ts';
import type { Provider } from '#core/catalog/catalog.ts';
import { mannersOf } from '#core/catalog/manners.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage } from '#core/usage/usage.ts';
import { addressOf } from '#providers/openai-compatible/address.ts';
import type { ProviderAdapter, ProviderRequestPlan } from '#ports/provider.ts';
import type { UpstreamRequest } from '#ports/upstream.ts';
import { converseTranslation } from './chat/translation.ts';
import { withLimit } from './chat/write.ts';
import { normalizeConverse } from './converse.ts';
import { credentialsIn } from './credentials.ts';
import { converseFailure } from './failure.ts';
import { signedHeaders } from './sign.ts';
import { converseStreamReader } from './stream-reader.ts';

const regionByDefault = 'us-east-1';

/** A signature has a date. */
export function bedrockProvider(now: () => number): ProviderAdapter {
  return {
    name: 'bedrock',
    speaks: new Set(),
    translation: converseTranslation,
    streamType: 'application/vnd.amazon.eventstream',
    request: (call, plan) => converseRequest(call, plan, now()),
    usageOf(_call, answer) {
      const fields = parseFields(answer) ?? {};
      if (!('usage' in fields))
        return missingUsage({ normalizer: { id: 'bedrock-converse', version: '1' }, raw: null });
      return normalizeConverse({ usage: fields['usage'] }, {}).usage;
    },
    usageOfStream: (usage) => normalizeConverse({ usage }, {}).usage,
    stream: converseStreamReader,
    failure: converseFailure,
  };
}

function converseRequest(call: ModelCall, plan: ProviderRequestPlan, nowMs: number): UpstreamRequest {
  const { target, credential, outputLimit } = plan;
  const { provider } = target;
  const base = addressOf(provider.baseUrl);
  const path = `${base.path}/model/${encodeURIComponent(target.model)}/${call.streamed ? 'converse-stream' : 'converse'}${base.search}`;
  const body = withLimit(call.body, outputLimit);
  const plain = { 'content-type': 'application/json' };
  const credentials = credential === undefined ? undefined : credentialsIn(credential);
  const headers =
    credentials?.kind === 'keys'
      ? signedHeaders({ method: 'POST', origin: base.origin, path, body, headers: plain }, credentials, {
          service: 'bedrock',
          region: regionOf(provider),
          nowMs,
        })
      : { ...plain, ...(credentials && { authorization: `Bearer ${credentials.token}` }) };
  return {
    origin: base.origin,
    path,
    method: 'POST',
    headers: {
      ...headers,
      accept: call.streamed ? 'application/vnd.amazon.eventstream' : 'application/json',
      'accept-encoding': 'identity',
    },
    body,
    headTimeoutMs: provider.headTimeoutMs,
    idleTimeoutMs: provider.idleTimeoutMs,
  };
}

/** Where the address does not say it, the setting does. */
function regionOf(provider: Provider): string {
  const named = /bedrock-runtime(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d{1,2})\./.exec(provider.baseUrl)?.[1];
  return mannersOf(provider).region ?? named ?? regionByDefault;
}

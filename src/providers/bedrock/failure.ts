// What Amazon says when there is no answer: the kind of it stands in a header, and the status is not always of that kind.
import { parseFields } from '#core/usage/parse-fields.ts';
import type { ProviderFailure } from '#ports/provider.ts';
import { openAiFailure } from '../openai-compatible/failure.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

// The model failed, and not the request; a quota is a limit of ours.
const statuses: Readonly<Record<string, number>> = {
  ModelErrorException: 502,
  ModelTimeoutException: 504,
  ModelNotReadyException: 503,
  ServiceQuotaExceededException: 429,
  ThrottlingException: 429,
  ServiceUnavailableException: 503,
  InternalServerException: 500,
};

// Some of these are told with a status of 400.
const refusedCredentials: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
]);

export function converseFailure(status: number, headers: Headers, body: Buffer): ProviderFailure {
  const said = openAiFailure(status, headers, body);
  const type = typeIn(headers, body);
  const meant = type === undefined ? undefined : statuses[type];
  return {
    ...said,
    ...(type === undefined ? {} : { type }),
    ...(meant === undefined ? {} : { status: meant }),
    ...(type !== undefined && refusedCredentials.has(type) ? { credentialRefused: true } : {}),
  };
}

/** `ThrottlingException:http://…` in the header, `com.amazon…#ThrottlingException` in a body. */
function typeIn(headers: Headers, body: Buffer): string | undefined {
  const header = headers['x-amzn-errortype'];
  const text = typeof header === 'string' ? header : parseFields(body)?.['__type'];
  return typeof text === 'string' ? /(\w+)(?::|$)/.exec(text.split('#').at(-1) ?? '')?.[1] : undefined;
}

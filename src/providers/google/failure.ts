// What Google says when it does not answer: a status of gRPC, and details of which one says when to come again.
import { type Fields, isFields, listOf, wordOf } from '#core/usage/counts.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import type { ProviderAdapter, ProviderFailure } from '#ports/provider.ts';

export const googleFailure: ProviderAdapter['failure'] = (status, headers, body): ProviderFailure => {
  const error = errorIn(body);
  const said = openAiFailure(status, headers, Buffer.from(JSON.stringify({ error: { message: error['message'] } })));
  const details = listOf(error['details']);
  const detailOf = (type: string) => details.find((each) => wordOf(each, '@type')?.endsWith(`.${type}`) === true) ?? {};
  const retryAfterMs = durationMs(wordOf(detailOf('RetryInfo'), 'retryDelay')) ?? said.retryAfterMs;
  const [violation] = listOf(detailOf('BadRequest')['fieldViolations']);
  const param = violation && wordOf(violation, 'field');
  const type = wordOf(error, 'status');
  const reason = wordOf(detailOf('ErrorInfo'), 'reason');
  return {
    message: said.message,
    ...(type === undefined ? {} : { type }),
    ...(reason === undefined ? {} : { code: reason }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    // A key that is not valid is an argument that is not valid there, with status 400.
    ...(reason?.startsWith('API_KEY_') === true ? { credentialRefused: true } : {}),
  };
};

/** Of a stream it is the only element of a list. */
function errorIn(body: Buffer): Fields {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const whole: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
    const error = isFields(whole) ? whole['error'] : undefined;
    return isFields(error) ? error : {};
  } catch {
    return {};
  }
}

/** As `34.074824224s`. */
function durationMs(text: string | undefined): number | undefined {
  const seconds = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(text ?? '')?.[1];
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1000);
}

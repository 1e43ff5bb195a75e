// Amazon's runtime as a test's own server: it checks each signature with Amazon's own library, and speaks in frames.
import { Sha256 } from '@aws-crypto/sha256-js';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { SignatureV4 } from '@smithy/signature-v4';
import type { ServerResponse } from 'node:http';
import type { Provider } from '#core/catalog/catalog.ts';
import { type OwnUpstream, startOwnUpstream } from './own-upstream.ts';

export const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//session==',
};
export const region = 'eu-west-1';

export async function startBedrockUpstream(name: string): Promise<OwnUpstream> {
  const own = await startOwnUpstream(name);
  const secret = `${keys.accessKeyId}:${keys.secretAccessKey}:${keys.sessionToken}`;
  const provider: Provider = {
    ...own.provider,
    adapter: 'bedrock',
    baseUrl: own.provider.baseUrl.replace(/\/v1$/, ''),
    credentials: [{ providerKeyId: 'key', secret, isPrimary: true, weight: 1 }],
    manners: { leavesOut: new Set(), credentialHeader: 'authorization', headers: {}, region },
  };
  return { ...own, provider };
}

/** As the last request should have been signed, and as it was. */
export async function signatures({
  headers,
  path,
  body,
}: OwnUpstream): Promise<{ readonly theirs: string; readonly ours: string }> {
  const { authorization = '', host = '' } = headers();
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  const signedOnes = names.split(';').map((name) => [name, String(headers()[name])] as const);
  const [hostname = '', port] = host.split(':');
  const signer = new SignatureV4({ credentials: keys, region, service: 'bedrock', sha256: Sha256 });
  const date = String(headers()['x-amz-date']);
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname,
      ...(port === undefined ? {} : { port: Number(port) }),
      path: path(),
      headers: Object.fromEntries(signedOnes),
      body: body(),
    },
    {
      signingDate: new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')),
      unsignableHeaders: new Set(['x-amz-content-sha256']),
    },
  );
  return { theirs: signatureIn(signed.headers['authorization']), ours: signatureIn(authorization) };
}

function signatureIn(authorization = ''): string {
  return /Signature=(\w+)$/.exec(authorization)?.[1] ?? '';
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

export function frame(type: string, body: object, kind: 'event' | 'exception' = 'event'): Buffer {
  const text = (value: string) => ({ type: 'string', value }) as const;
  const headers = {
    [kind === 'event' ? ':event-type' : ':exception-type']: text(type),
    ':content-type': text('application/json'),
    ':message-type': text(kind),
  };
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify(body)) }));
}

export const usage = {
  inputTokens: 30,
  outputTokens: 12,
  totalTokens: 142,
  cacheReadInputTokens: 100,
  cacheWriteInputTokens: 0,
};

export function textFrames(pieces: readonly string[]): readonly Buffer[] {
  return [
    frame('messageStart', { role: 'assistant' }),
    ...pieces.map((text) => frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } })),
    frame('contentBlockStop', { contentBlockIndex: 0 }),
  ];
}

export const toolFrames: readonly Buffer[] = [
  frame('contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { toolUseId: 'tooluse_1', name: 'weather' } } }),
  frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '{"city":' } } }),
  frame('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input: '"Żary"}' } } }),
  frame('contentBlockStop', { contentBlockIndex: 1 }),
];

export function endFrames(stopReason: string): readonly Buffer[] {
  return [frame('messageStop', { stopReason }), frame('metadata', { usage, metrics: { latencyMs: 400 } })];
}

export function framed(frames: readonly Buffer[]) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    response.end(Buffer.concat(frames));
  };
}

export function refuses(status: number, type: string, message: string) {
  return (response: ServerResponse): void => {
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': `${type}:http://internal.amazon.com/` };
    response.writeHead(status, headers).end(JSON.stringify({ message }));
  };
}

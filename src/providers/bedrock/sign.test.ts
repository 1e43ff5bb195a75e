// AWS's own test suite for its signatures: https://docs.aws.amazon.com/general/latest/gr/signature-v4-test-suite.html
import fc from 'fast-check';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '@aws-crypto/sha256-js';
import { expect, test } from 'vitest';
import { type Credentials, credentialsIn } from './credentials.ts';
import { signedHeaders, type Unsigned } from './sign.ts';

const keys: Extract<Credentials, { readonly kind: 'keys' }> = {
  kind: 'keys',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const signing = { service: 'service', region: 'us-east-1', nowMs: Date.parse('2015-08-30T12:36:00Z') };
const sessionToken =
  'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==';

const plain: Unsigned = { method: 'GET', origin: 'https://example.amazonaws.com', path: '/', body: '', headers: {} };

const vectors = [
  ['get-vanilla', {}, keys, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', { method: 'POST' }, keys, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'get-vanilla-query-order-key-case',
    { path: '/?Param2=value2&Param1=value1' },
    keys,
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'post-sts-header-before',
    { method: 'POST' },
    { ...keys, sessionToken },
    '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  ],
] as const satisfies readonly (readonly [string, Partial<Unsigned>, typeof keys, string])[];

test.each(vectors)('%s', (_name, request, credentials, signature) => {
  const headers = signedHeaders({ ...plain, ...request }, credentials, signing);
  expect(headers['authorization']).toContain(`Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request`);
  expect(headers['authorization']).toMatch(new RegExp(`Signature=${signature}$`));
});

test('what is signed is what AWS’s own library signs, whatever model and body', async () => {
  const theirs = new SignatureV4({ credentials: keys, region: 'eu-central-1', service: 'bedrock', sha256: Sha256 });
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme' }),
      async (model, body) => {
        const path = `/model/${encodeURIComponent(model)}/converse`;
        const headers = { 'content-type': 'application/json' };
        const request: Unsigned = { method: 'POST', origin: 'http://127.0.0.1:8080', path, body, headers };
        const ours = signedHeaders(request, keys, { ...signing, service: 'bedrock', region: 'eu-central-1' });
        const { authorization = '', ...rest } = ours;
        const hostname = '127.0.0.1';
        const asked = {
          method: 'POST',
          protocol: 'http:',
          hostname,
          path,
          headers: { ...rest, host: `${hostname}:8080` },
          body,
        };
        const signed = await theirs.sign(asked, {
          signingDate: new Date(signing.nowMs),
          unsignableHeaders: new Set(['x-amz-content-sha256']),
        });
        expect(signatureIn(signed.headers['authorization'])).toBe(signatureIn(authorization));
      },
    ),
    {
      numRuns: 50,
      examples: [
        ['.', ''],
        ['amazon.nova-lite-v1:0', '{}'],
        ['arn:aws:bedrock:us-east-1:1:inference-profile/x', ''],
      ],
    },
  );
});

function signatureIn(authorization = ''): string {
  return /Signature=(\w+)$/.exec(authorization)?.[1] ?? '';
}

test('a key of two or three parts signs, anything else is shown as it is', () => {
  expect(credentialsIn('AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG')).toMatchObject({ kind: 'keys' });
  expect(credentialsIn('ASIAIOSFODNN7EXAMPLE:secret/+x:to/ken==')).toMatchObject({ sessionToken: 'to/ken==' });
  expect(credentialsIn('ABSKQmVkcm9ja0FQSUtleS0xMjM0')).toEqual({
    kind: 'bearer',
    token: 'ABSKQmVkcm9ja0FQSUtleS0xMjM0',
  });
});

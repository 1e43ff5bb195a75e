import { expect, test } from 'vitest';
import { readRequest } from './read-request.ts';
import { replyToCall } from './reply-to-call.ts';

function replyTo(deed: string, body: object, headers: Readonly<Record<string, string>> = {}) {
  const path = `/v1beta/models/echo:${deed}`;
  const reading = readRequest({ method: 'POST', path, headers, body: JSON.stringify(body) });
  return reading.kind === 'reply' ? reading.reply : replyToCall(reading.call, 0);
}

const contents = [{ role: 'user', parts: [{ text: 'Hello #tokens=12' }] }];
const whole = (body: object, headers: Readonly<Record<string, string>> = {}) => {
  const reply = replyTo('generateContent', body, headers);
  if (reply.kind !== 'whole') throw new Error('The reply is not whole.');
  return { status: reply.status, said: JSON.parse(reply.body.toString()) as unknown };
};

test('a stream says piece by piece what the body says at once, and counts as it goes', () => {
  const { said } = whole({ contents, generationConfig: { candidateCount: 2 } });
  expect(said).toMatchObject({
    candidates: [{ finishReason: 'STOP', index: 0 }, { index: 1 }],
    usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 24, totalTokenCount: 28 },
    modelVersion: 'echo',
  });
  const reply = replyTo('streamGenerateContent?alt=sse', { contents, generationConfig: { candidateCount: 2 } });
  if (reply.kind !== 'stream') throw new Error('The reply is no stream.');
  const chunks = [...reply.frames].map(({ text }) => JSON.parse(text.slice('data: '.length)) as Chunk);
  const text = (index: number) =>
    chunks
      .flatMap(({ candidates }) => candidates.filter((each) => each.index === index))
      .map(textOf)
      .join('');
  const answer = said as Chunk;
  expect([text(0), text(1)]).toEqual(answer.candidates.map(textOf));
  expect(chunks.at(-1)).toMatchObject({
    candidates: [{ finishReason: 'STOP' }, {}],
    usageMetadata: answer.usageMetadata,
  });
  const counts = chunks.map(({ usageMetadata }) => usageMetadata.candidatesTokenCount);
  expect(counts).toEqual(counts.toSorted((left, right) => left - right));
});

interface Candidate {
  readonly index: number;
  readonly content: { readonly parts: readonly { readonly text?: string }[] };
}

interface Chunk {
  readonly candidates: readonly Candidate[];
  readonly usageMetadata: { readonly candidatesTokenCount: number };
}

function textOf({ content }: Candidate): string {
  return content.parts.map(({ text }) => text ?? '').join('');
}

test('limits, schemas and functions are heeded, whichever words their types are in', () => {
  const cut = whole({ contents, generationConfig: { maxOutputTokens: 5 } });
  expect(cut.said).toMatchObject({
    candidates: [{ finishReason: 'MAX_TOKENS' }],
    usageMetadata: { candidatesTokenCount: 5 },
  });
  const responseSchema = { type: 'OBJECT', properties: { a: { type: 'INTEGER' } }, required: ['a'] };
  const generationConfig = { responseMimeType: 'application/json', responseSchema };
  const [shaped] = (whole({ contents, generationConfig }).said as Chunk).candidates;
  expect(JSON.parse(shaped ? textOf(shaped) : '')).toEqual({ a: expect.any(Number) });
  const tools = [
    {
      functionDeclarations: [
        {
          name: 'weather',
          parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } }, required: ['city'] },
        },
      ],
    },
  ];
  const toolConfig = { functionCallingConfig: { mode: 'ANY' } };
  const call = { functionCall: { name: 'weather', args: { city: expect.any(String) } } };
  expect(whole({ contents, tools, toolConfig }).said).toMatchObject({ candidates: [{ content: { parts: [call] } }] });
  const answered = [
    ...contents,
    { role: 'model', parts: [call] },
    { role: 'user', parts: [{ functionResponse: { name: 'weather', response: {} } }] },
  ];
  expect(JSON.stringify(whole({ contents: answered, tools, toolConfig }).said)).not.toContain('functionCall');
});

test('what fails, fails as it does at Google', () => {
  expect(whole({ contents }, { 'x-sim-error-status': '429' })).toMatchObject({
    status: 429,
    said: { error: { code: 429, status: 'RESOURCE_EXHAUSTED' } },
  });
  expect(whole({})).toMatchObject({ status: 400, said: { error: { code: 400, status: 'INVALID_ARGUMENT' } } });
});

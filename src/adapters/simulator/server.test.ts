import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ServedCall } from './served-calls.ts';
import type { Simulator } from './server.ts';
import { startSimulator } from './server.ts';

let simulator: Simulator;
const told: ServedCall[] = [];
const dispatcher = new Agent({ connections: 2500 });

beforeAll(async () => {
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, log: (served) => told.push({ ...served }) });
});

afterAll(async () => {
  await simulator.stop();
  await dispatcher.destroy();
});

type Response = Awaited<ReturnType<typeof request>>;

async function ask(content: string, more: object = {}, signal?: AbortSignal): Promise<Response> {
  return request(`${simulator.origin}/v1/chat/completions`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content }], ...more }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function streamed(content: string, more: object = {}): Promise<{ text: string; chunks: readonly Buffer[] }> {
  const chunks: Buffer[] = [];
  const answer = await ask(content, { stream: true, ...more });
  // Not by iterating, which joins what waits.
  answer.body.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(answer.body, 'end');
  return { text: Buffer.concat(chunks).toString('utf8'), chunks };
}

async function readUntilItBreaks(answer: Response): Promise<string> {
  let text = '';
  await expect(
    (async () => {
      for await (const chunk of answer.body) text += String(chunk);
    })(),
  ).rejects.toThrow();
  return text;
}

async function served(tag: string, until: (call: ServedCall) => boolean = ({ closedAtMs }) => closedAtMs !== null) {
  for (let tries = 0; tries < 400; tries += 1) {
    const call = simulator.counters().calls.findLast((each) => each.tag === tag);
    if (call !== undefined && until(call)) return call;
    await sleep(5);
  }
  throw new Error(`The call tagged ${tag} did not get there.`);
}

const pieces = (text: string): number => text.match(/"content":"\w{3} "/g)?.length ?? 0;

describe('the simulator', () => {
  it('counts what it served, and tells it to whoever asks', async () => {
    const before = simulator.counters();
    await (await ask('#tokens=7 #tag=whole', { model: 'cent' })).body.text();
    await streamed('#tokens=5 #tag=stream');
    expect(await served('stream')).toMatchObject({ streamed: true, status: 200, outcome: 'finished', tokensSent: 5 });
    expect(await served('whole')).toMatchObject({ model: 'cent', tokensSent: 7 });
    const answer = await request(`${simulator.origin}/__simulator/counters`, { dispatcher });
    expect(await answer.body.json()).toMatchObject({
      requests: before.requests + 2,
      tokensSent: before.tokensSent + 12,
      openStreams: 0,
      finished: before.finished + 2,
      requestsByModel: { cent: 1 },
    });
    expect(told.map((call) => call.tag)).toEqual(expect.arrayContaining(['whole', 'stream']));
  });

  it('takes the pace of a slow model, and sends each piece when it is due', async () => {
    const startedAt = performance.now();
    const { chunks } = await streamed('#tokens=10', { model: 'slow' });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(175);
    expect(chunks.length).toBeGreaterThanOrEqual(8);
  });

  it('waits before the first byte', async () => {
    const startedAt = performance.now();
    const answer = await ask('#delay_ms=80', { stream: true });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(78);
    await answer.body.text();
  });

  it('splits its bytes anywhere, inside characters too, and loses none', async () => {
    const sim = { alphabet: 'utf8', output_tokens: 40 };
    const together = await streamed('same', { sim });
    const apart = await streamed('same', { sim: { ...sim, chunk_bytes: 7 } });
    expect(apart.text).toBe(together.text);
    expect(Math.max(...apart.chunks.map((chunk) => chunk.length))).toBe(7);
    expect(apart.chunks.some((chunk) => chunk.toString('utf8').includes('\ufffd'))).toBe(true);
  });

  it('breaks the connection after exactly the tokens that were asked for', async () => {
    for (const after of [0, 3, 32]) {
      const answer = await ask(`#disconnect_after=${after} #tag=cut-${after}`, { stream: true });
      expect(pieces(await readUntilItBreaks(answer))).toBe(after);
      expect(await served(`cut-${after}`)).toMatchObject({ outcome: 'cut', tokensSent: after });
    }
    await expect(ask('#disconnect_after=0')).rejects.toThrow();
  });

  it('ends a stream with an error event when asked', async () => {
    const { text } = await streamed('#error_after=4');
    expect(pieces(text)).toBe(4);
    expect(text).toContain('event: error\ndata: {"error":{"message":');
    expect(text).not.toContain('[DONE]');
  });

  it('falls silent and notices when its caller gives up', async () => {
    const leaving = new AbortController();
    const answer = await ask('#hang_after=3 #tag=hang', { stream: true }, leaving.signal);
    const open = await served('hang', (call) => call.tokensSent === 3);
    expect(open.outcome).toBe('open');
    expect(simulator.counters().openStreams).toBe(1);
    const leftAtMs = Date.now();
    leaving.abort();
    await readUntilItBreaks(answer);
    const call = await served('hang');
    expect(call.outcome).toBe('aborted');
    expect((call.closedAtMs ?? 0) - leftAtMs).toBeLessThan(500);
    expect(simulator.counters()).toMatchObject({ openStreams: 0, openRequests: 0 });
  });

  it('stops sending when its caller leaves in the middle', async () => {
    const leaving = new AbortController();
    const answer = await ask('#tokens=10000 #tag=left', { model: 'slow', stream: true }, leaving.signal);
    await served('left', (call) => call.tokensSent >= 3);
    leaving.abort();
    await readUntilItBreaks(answer);
    const call = await served('left');
    expect(call.outcome).toBe('aborted');
    expect(call.tokensSent).toBeLessThan(200);
  });

  it('fails the first calls of a key and then recovers, whatever other keys do', async () => {
    const statuses: number[] = [];
    for (const key of ['a', 'a', 'b', 'a', 'b']) {
      const answer = await ask(`#error_status=503 #error_times=2 #fault_key=${key}`);
      statuses.push(answer.statusCode);
      await answer.body.text();
    }
    expect(statuses).toEqual([503, 503, 503, 200, 503]);
  });

  it('survives a caller who leaves before its request is complete', async () => {
    const before = simulator.counters().requests;
    const socket = connect(Number(new URL(simulator.origin).port), '127.0.0.1');
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"model":');
    await sleep(30);
    socket.destroy();
    await (await ask('still there')).body.text();
    expect(simulator.counters().requests).toBe(before + 1);
  });

  it('takes its knobs from headers, and says how long to wait', async () => {
    const answer = await request(`${simulator.origin}/v1/embeddings`, {
      method: 'POST',
      dispatcher,
      headers: { 'x-sim-error-status': '429', 'x-sim-retry-after': '2' },
      body: JSON.stringify({ model: 'embed', input: 'x' }),
    });
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '2']);
    expect(await answer.body.json()).toMatchObject({ error: { type: 'requests', code: 'rate_limit_exceeded' } });
  });

  it('sends a long answer at the rate its caller reads it', async () => {
    const answer = await ask('#tokens=200000 #tag=long', { stream: true });
    await sleep(100);
    const waiting = await served('long', () => true);
    expect(waiting.tokensSent).toBeLessThan(100_000);
    let bytes = 0;
    for await (const chunk of answer.body) bytes += String(chunk).length;
    expect(bytes).toBeGreaterThan(200_000 * 100);
    expect((await served('long')).tokensSent).toBe(200_000);
  });

  it('serves two thousand at once', async () => {
    const before = simulator.counters();
    const sim = { output_tokens: 20, pace_ms: 10 };
    const texts = await Promise.all(Array.from({ length: 2000 }, () => streamed('many', { sim })));
    expect(texts.filter(({ text }) => pieces(text) === 20 && text.endsWith('data: [DONE]\n\n'))).toHaveLength(2000);
    const after = simulator.counters();
    expect(after.tokensSent - before.tokensSent).toBe(40_000);
    expect(after.finished - before.finished).toBe(2000);
  });

  it('stops at once, even with open streams', async () => {
    const other = await startSimulator({ host: '127.0.0.1', port: 0 });
    const answer = await request(`${other.origin}/v1/chat/completions`, {
      method: 'POST',
      dispatcher,
      body: JSON.stringify({ model: 'echo', stream: true, messages: [{ role: 'user', content: '#hang_after=1' }] }),
    });
    const broken = readUntilItBreaks(answer);
    await other.stop();
    await broken;
    expect(other.counters()).toMatchObject({ openStreams: 0, aborted: 1 });
  });
});

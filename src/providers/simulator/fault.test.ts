import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { at, bodyFor, chatBody, replyFor, streamFor } from './asking.ts';

describe('a fault', () => {
  it('refuses before the first byte, with the error and the wait that were asked for', () => {
    const reply = replyFor({ body: chatBody('#error_status=429 #retry_after=7 #delay_ms=30', { stream: true }) });
    expect(reply).toMatchObject({ kind: 'whole', status: 429, atMs: 30, headers: { 'retry-after': '7' } });
    const refused = bodyFor({ body: chatBody('x', { sim: { error_status: 401 } }) });
    expect(refused.status).toBe(401);
    expect(refused.json['error']).toMatchObject({
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    });
    const coded = bodyFor({ body: chatBody('x', { sim: { error_status: 429, error_code: 'insufficient_quota' } }) });
    expect(at(coded.json, 'error', 'code')).toBe('insufficient_quota');
  });

  it('lets exactly so many tokens through, and no last word', () => {
    const knob = fc.constantFrom('error_after', 'disconnect_after', 'hang_after');
    fc.assert(
      fc.property(
        knob,
        fc.nat(20),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (name, after, burst, n) => {
          const sim = { output_tokens: 20, burst, [name]: after };
          const stream = streamFor({ body: chatBody('x', { n, sim }) });
          expect(stream.frames.reduce((sum, frame) => sum + frame.tokens, 0)).toBe(after);
          expect(stream.done).toBe(false);
          expect(stream.chunks.some((chunk) => isPresent(at(chunk, 'choices', 0, 'finish_reason')))).toBe(false);
          expect(stream.chunks.filter((chunk) => 'error' in chunk).length).toBe(name === 'error_after' ? 1 : 0);
          expect(stream.ending).toBe({ error_after: 'done', disconnect_after: 'disconnect', hang_after: 'hang' }[name]);
        },
      ),
    );
  });

  it('that lies behind the end of the answer never comes', () => {
    expect(streamFor({ body: chatBody('#tokens=3 #error_after=4') }).done).toBe(true);
  });

  it('of which several are asked is the earliest', () => {
    expect(streamFor({ body: chatBody('#error_after=5 #hang_after=3') }).ending).toBe('hang');
  });

  it('keeps an unstreamed answer back altogether, at the time it was due', () => {
    const reply = (text: string): unknown => replyFor({ body: chatBody(`${text} #pace_ms=10`) });
    expect(reply('#hang_after=3')).toEqual({ kind: 'silent', atMs: 30, ending: 'hang' });
    expect(reply('#disconnect_after=0')).toEqual({ kind: 'silent', atMs: 0, ending: 'disconnect' });
    expect(reply('#error_after=2')).toMatchObject({ kind: 'whole', status: 500, atMs: 20 });
  });

  it('happens to the first calls of its key only', () => {
    const body = chatBody('#error_times=2 #fault_key=a #error_status=503');
    expect([0, 1, 2, 3].map((earlierCalls) => bodyFor({ body, earlierCalls }).status)).toEqual([503, 503, 200, 200]);
    expect(bodyFor({ body: chatBody('#error_times=1 #fault_key=a') }).status).toBe(500);
    const cut = chatBody('#error_times=1 #fault_key=a #disconnect_after=1');
    expect([0, 1].map((earlierCalls) => streamFor({ body: cut, earlierCalls }).ending)).toEqual(['disconnect', 'done']);
  });
});

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

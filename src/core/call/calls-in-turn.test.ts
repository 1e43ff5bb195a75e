import { expect, test } from 'vitest';
import { CallsInTurn } from './calls-in-turn.ts';
import type { ChatEvent } from './chat.ts';

const start = (call: number): ChatEvent => ({ kind: 'tool-call-start', call, id: `id${call}`, name: 'weather' });
const delta = (call: number, text: string): ChatEvent => ({ kind: 'tool-call-delta', call, text });
const stop: ChatEvent = { kind: 'answer-stop', reason: 'tool-calls' };

test('a call waits until the one before it is whole, and is told as soon as it is', () => {
  const calls = new CallsInTurn();
  const told = [
    start(0),
    start(1),
    delta(0, '{"a":'),
    delta(1, '{}'),
    start(2),
    delta(0, '1}'),
    delta(2, '{}'),
    stop,
  ].map((event) => calls.next(event));
  expect(told).toEqual([
    [start(0)],
    [],
    [delta(0, '{"a":')],
    [],
    [],
    [delta(0, '1}'), start(1), delta(1, '{}'), start(2)],
    [delta(2, '{}')],
    [stop],
  ]);
});

test('calls that come one after the other are told at once', () => {
  const calls = new CallsInTurn();
  const events = [start(0), delta(0, '{"a":'), delta(0, '1}'), start(1), delta(1, '{}'), stop];
  expect(events.map((event) => calls.next(event))).toEqual(events.map((event) => [event]));
});

test('what is never whole is told at the end as it is', () => {
  const calls = new CallsInTurn();
  const events = [start(0), delta(0, '{"a"'), start(1), delta(1, '{'), stop];
  expect(events.flatMap((event) => calls.next(event))).toEqual(events);
  expect(calls.rest()).toEqual([]);
});

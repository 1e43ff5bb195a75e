import { expect, test } from 'vitest';
import { AnswerBody } from './answer-body.ts';

/** Takes the first piece for as long as the test likes, and every other at once. */
function poured(body: AnswerBody) {
  const pieces: string[] = [];
  let release: (() => void) | undefined;
  const slowly = new Promise<void>((resolve) => {
    release = resolve;
  });
  const over = body.pour((piece) => {
    pieces.push(piece.toString());
    return pieces.length === 1 ? slowly : undefined;
  });
  return { pieces, over, release: () => release?.() };
}

test('what has arrived before the connection is closed is still handed over, and nothing behind it', async () => {
  const body = new AnswerBody();
  const { pieces, over, release } = poured(body);
  body.push(Buffer.from('one'));
  await Promise.resolve();
  body.push(Buffer.from('two'));
  body.close();
  body.push(Buffer.from('three'));
  release();
  await expect(over).rejects.toMatchObject({ kind: 'aborted' });
  expect(pieces).toEqual(['one', 'two']);
});

test('an answer that has arrived whole is whole, though the connection is closed before it is taken', async () => {
  const body = new AnswerBody();
  body.push(Buffer.from('one'));
  body.push(Buffer.from('two'));
  body.end();
  body.close();
  expect((await body.whole(100)).toString()).toBe('onetwo');
});

test('whoever closes while it takes a piece gets no other', async () => {
  const body = new AnswerBody();
  const pieces: string[] = [];
  body.push(Buffer.from('one'));
  const over = body.pour((piece) => {
    pieces.push(piece.toString());
    body.close();
  });
  body.push(Buffer.from('two'));
  await expect(over).rejects.toMatchObject({ kind: 'aborted' });
  expect(pieces).toEqual(['one']);
});

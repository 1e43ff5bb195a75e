import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSeal, sealText } from './seal.ts';
import { wireFormats } from './wire-format.ts';

test('a seal comes back as it was, through whichever dialect', () => {
  const seals = fc.record({ maker: fc.constantFrom(...wireFormats), data: fc.base64String() });
  fc.assert(
    fc.property(seals, fc.constantFrom(...wireFormats), (seal, own) => {
      expect(readSeal(sealText(seal, own), own)).toEqual(seal);
    }),
  );
  const redacted = { maker: 'messages', data: 'a:b\nc', redacted: true } as const;
  expect(readSeal(sealText(redacted, 'responses'), 'responses')).toEqual(redacted);
});

test('what nobody of ours has marked is its own maker’s', () => {
  expect(readSeal('faregate:nobody:a', 'responses')).toEqual({ maker: 'responses', data: 'faregate:nobody:a' });
});

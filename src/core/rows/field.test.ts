import { expect, test } from 'vitest';
import { NumberText } from '#core/lossless-json.ts';
import { decimal } from './field.ts';

const price = decimal('A price.');

test('what floating-point arithmetic leaves is told from what a person writes', () => {
  for (const text of [String(0.1 + 0.2), '0.30000000000000004', '1.1500000000000001e-06', '123456789.0123456789']) {
    expect(price.read(new NumberText(text)), text).toMatchObject({ problem: expect.stringContaining('more digits') });
    expect(price.read(text), text).toHaveProperty('value');
  }
  for (const text of ['0.00000000875', '1e-7', '4000000000', '0.0000375', '100000000000000000000']) {
    expect(price.read(new NumberText(text)), text).toHaveProperty('value');
  }
});

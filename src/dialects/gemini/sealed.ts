// Seals of thoughts stand in this dialect as bytes: its clients decode them, so that whose they are is encoded too.
import { readSeal, type Seal, sealText } from '#core/call/seal.ts';

const own = 'generate-content';

export function sealedText(seal: Seal): string {
  return seal.maker === own ? seal.data : Buffer.from(sealText(seal, own)).toString('base64');
}

export function readSealed(text: string | undefined): Seal | undefined {
  if (text === undefined) return undefined;
  const foreign = readSeal(Buffer.from(text, 'base64').toString('utf8'), own);
  return foreign.maker === own ? { maker: own, data: text } : foreign;
}

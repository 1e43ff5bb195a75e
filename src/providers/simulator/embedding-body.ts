import type { EmbeddingCall } from './embedding-call.ts';
import { embed, inputTokens } from './embedding-call.ts';

export function renderEmbeddings(call: EmbeddingCall, model: string): string {
  const tokens = inputTokens(call);
  return JSON.stringify({
    object: 'list',
    data: call.inputs.map((input, index) => ({
      object: 'embedding',
      index,
      embedding: encode(embed(input, call.dimensions), call.encoding),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

function encode(vector: Float32Array, encoding: EmbeddingCall['encoding']): readonly number[] | string {
  return encoding === 'float' ? [...vector] : Buffer.from(littleEndian(vector)).toString('base64');
}

function littleEndian(vector: Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(vector.length * Float32Array.BYTES_PER_ELEMENT));
  for (const [index, value] of vector.entries()) bytes.setFloat32(index * Float32Array.BYTES_PER_ELEMENT, value, true);
  return new Uint8Array(bytes.buffer);
}

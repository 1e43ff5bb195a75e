// Google's own addresses for images.
import type { ProviderAdapter } from '#ports/provider.ts';
import { mediaOnly } from '#providers/openai-compatible/media-only.ts';
import { googleImages } from './images.ts';

export function googleMediaProvider(): ProviderAdapter {
  return mediaOnly('google', { image: googleImages });
}

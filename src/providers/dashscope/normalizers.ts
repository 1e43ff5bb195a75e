import type { Normalizer } from '#core/usage/normalizer.ts';
import { normalizeImage, normalizeVideo } from './media.ts';
import { normalizeChat, normalizeNative } from './usage.ts';

export const dashscopeNormalizers: Readonly<Record<string, Normalizer>> = {
  'dashscope.chat': normalizeChat,
  'dashscope.native': normalizeNative,
  'dashscope.video': normalizeVideo,
  'dashscope.image': normalizeImage,
};

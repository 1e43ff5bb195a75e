// Counts by modality: used only to carve out what is priced apart, the headline count is what is billed.
import { type Counts, type Fields, listOf, wordOf } from '#core/usage/counts.ts';

export interface ByModality {
  readonly audio: number;
  readonly image: number;
  readonly video: number;
}

/** A modality may be listed without its count; what is not listed is text. */
export function byModality(details: unknown, whole: number | undefined, counts: Counts): ByModality {
  const found = { text: 0, audio: 0, image: 0, video: 0 };
  const entries = listOf(details);
  for (const entry of entries) {
    const tokens = counts.readAny([entry, 'tokenCount'], [entry, 'tokens']);
    if (tokens === undefined) counts.flags.add('DETAILS_INCOMPLETE');
    else found[modalityOf(entry)] += tokens;
  }
  const sum = found.text + found.audio + found.image + found.video;
  if (entries.length > 0 && whole !== undefined && sum !== whole) counts.flags.add('DETAILS_INCOMPLETE');
  return { audio: found.audio, image: found.image, video: found.video };
}

type Modality = keyof ByModality | 'text';

// Documents are read as text.
function modalityOf(entry: Fields): Modality {
  return modalities[wordOf(entry, 'modality')?.toUpperCase() ?? ''] ?? 'text';
}

const modalities: Readonly<Record<string, Modality>> = { AUDIO: 'audio', IMAGE: 'image', VIDEO: 'video' };

// Deepgram listens to the recording as it is: no form around it.
import type { MediaAnswer, SpokenSegment, TranscriptionRequest } from '#core/call/media.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import { type Fields, listOf, partOf, wordOf } from '#core/usage/counts.ts';
import { parseFields } from '#core/usage/parse-fields.ts';
import { missingUsage } from '#core/usage/usage.ts';
import type { MediaTranslation, ProviderAdapter } from '#ports/provider.ts';
import { askAt, firstWithout } from '#providers/openai-compatible/ask.ts';
import { openAiFailure } from '#providers/openai-compatible/failure.ts';
import { mediaOnly } from '#providers/openai-compatible/media-only.ts';
import { normalizeListen } from './usage.ts';

export function deepgramProvider(): ProviderAdapter {
  return mediaOnly('deepgram', { transcription }, (status, headers, body) => {
    const said = parseFields(body)?.['err_msg'];
    const plain = openAiFailure(status, headers, body);
    return typeof said === 'string' ? { ...plain, message: said.slice(0, 600) } : plain;
  });
}

const transcription: MediaTranslation = {
  refuses(call) {
    const { translated, prompt, temperature } = transcriptionOf(call);
    return firstWithout([
      ['model', translated, 'does not translate: ask for a transcription.'],
      ['prompt', prompt !== undefined],
      ['temperature', temperature !== undefined],
    ]);
  },
  request(call, plan) {
    const { file, language } = transcriptionOf(call);
    const query = new URLSearchParams({ model: plan.target.model, smart_format: 'true', utterances: 'true' });
    if (language === undefined) query.set('detect_language', 'true');
    else query.set('language', language);
    const { credential } = plan;
    const headers = {
      'content-type': file.mediaType,
      accept: 'application/json',
      ...(credential === undefined ? {} : { authorization: `Token ${credential}` }),
    };
    return askAt(plan, { path: `/listen?${query.toString()}`, headers, body: file.bytes });
  },
  usageOf(_call, body) {
    const answer = parseFields(body);
    if (!answer) return missingUsage({ normalizer: { id: 'deepgram', version: '1' }, raw: null, unit: 'second' });
    return normalizeListen({ metadata: partOf(answer, 'metadata') }, {}).usage;
  },
  answer(_call, body): MediaAnswer | undefined {
    const answer = parseFields(body);
    const results = answer && partOf(answer, 'results');
    const [channel] = listOf(results?.['channels']);
    const [heard] = listOf(channel?.['alternatives']);
    const text = heard?.['transcript'];
    if (!answer || !results || !channel || !heard || typeof text !== 'string') return undefined;
    const { duration } = partOf(answer, 'metadata');
    const language = wordOf(channel, 'detected_language');
    return {
      kind: 'transcript',
      text,
      ...(language !== undefined && { language }),
      ...(typeof duration === 'number' && { seconds: duration }),
      segments: listOf(results['utterances']).flatMap((each) => segmentIn(each, 'transcript')),
      words: listOf(heard['words']).flatMap((each) => segmentIn(each, 'punctuated_word')),
    };
  },
};

function transcriptionOf({ media }: ModelCall): TranscriptionRequest {
  if (media?.kind === 'transcription') return media;
  throw new Error('This is no call for a transcript.');
}

function segmentIn(said: Fields, name: string): readonly SpokenSegment[] {
  const { start, end } = said;
  const text = wordOf(said, name) ?? wordOf(said, 'word');
  return text !== undefined && typeof start === 'number' && typeof end === 'number' ? [{ text, start, end }] : [];
}

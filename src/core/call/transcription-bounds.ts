// How much an uploaded recording can consume: by the second and the token.
import type { Quantities } from '../usage/record.ts';
import { type AudioLength } from './audio-length.ts';
import type { Expected } from '../usage/expected.ts';

// The densest documented count of sound is 32 tokens a second; others have 16.7.
const tokensPerSecondMax = 40;
const usualTokensPerSecond = 17;

// Nobody speaks faster on average than five words a second, of three tokens each in the least fitting language.
const spokenTokensPerSecondMax = 15;
const usualSpokenTokensPerSecond = 4;
const leastTokens = 256;

export function transcriptionQuantitiesMax({ secondsMax }: AudioLength): Quantities {
  return { audio_second_in: String(secondsMax) };
}

export function soundTokensMax({ secondsMax }: AudioLength): number {
  return Math.ceil(secondsMax * tokensPerSecondMax);
}

export function transcriptTokensMax({ secondsMax }: AudioLength): number {
  return Math.ceil(secondsMax * spokenTokensPerSecondMax) + leastTokens;
}

export function expectedOfTranscription({ seconds }: AudioLength, promptBytes: number): Expected {
  return {
    promptTokens: Math.ceil(promptBytes / 4) + Math.ceil(seconds * usualTokensPerSecond),
    completionTokens: Math.ceil(seconds * usualSpokenTokensPerSecond),
    quantities: { audio_second_in: String(seconds) },
  };
}

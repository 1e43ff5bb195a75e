// How much a text to be spoken can consume: by the character, the second and the token.
import type { Quantities } from '../usage/record.ts';
import type { Expected } from '../usage/expected.ts';

export interface SpeechAsked {
  readonly text: string;
  /** 1 is as people speak. */
  readonly speed: number;
}

// A digit or a sign is a word when it is spoken; no voice takes longer for a character on average.
const secondsPerCharacterMax = 0.5;
const usualCharactersPerSecond = 15;
const secondsMin = 10;

// Above the densest documented one: 0.015 dollars a minute at 12 dollars a million are 20.8 tokens a second; others have 25 or 32.
const tokensPerSecondMax = 32;
const usualTokensPerSecond = 21;

/** Unicode code points, as those count who bill by the character. */
export function charactersIn(text: string): number {
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters;
}

function secondsMax({ text, speed }: SpeechAsked): number {
  return Math.ceil((text.length * secondsPerCharacterMax) / Math.min(1, speed)) + secondsMin;
}

function usualSeconds({ text, speed }: SpeechAsked): number {
  return Math.ceil(text.length / usualCharactersPerSecond / speed);
}

export function speechTokensMax(asked: SpeechAsked): number {
  return secondsMax(asked) * tokensPerSecondMax;
}

/** No voice counts a character for more than one credit. UTF-16 units are never fewer than characters. */
export function speechQuantitiesMax(asked: SpeechAsked): Quantities {
  const characters = String(asked.text.length);
  return { character: characters, credit: characters, audio_second_out: String(secondsMax(asked)) };
}

export function expectedOfSpeech(asked: SpeechAsked): Expected {
  const seconds = usualSeconds(asked);
  const characters = String(charactersIn(asked.text));
  return {
    promptTokens: Math.ceil(asked.text.length / 4),
    completionTokens: seconds * usualTokensPerSecond,
    made: 'audio_tokens',
    quantities: { character: characters, credit: characters, audio_second_out: String(seconds) },
  };
}

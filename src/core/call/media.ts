// Images, speech and transcripts in our words: what one dialect asks before a provider of another one reads it.

/** A file of a form, as it came; never written anywhere. */
export interface FormFile {
  readonly field: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A body of `multipart/form-data`, in its order. */
export interface Form {
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly files: readonly FormFile[];
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

interface Asked {
  /** Fields that have no word here: whoever does not speak the dialect cannot know them. */
  readonly foreign: readonly string[];
}

export interface ImageRequest extends Asked {
  readonly kind: 'image';
  readonly prompt: string;
  readonly count: number;
  /** What it shall be as large as; unsaid, the provider decides. */
  readonly size?: PixelSize;
  readonly quality?: string;
  readonly outputFormat?: string;
  readonly background?: string;
  readonly delivery?: 'b64_json' | 'url';
  readonly seed?: number;
  readonly negativePrompt?: string;
  /** Images to be changed, or followed. */
  readonly references: readonly FormFile[];
  readonly mask?: FormFile;
}

export interface SpeechRequest extends Asked {
  readonly kind: 'speech';
  readonly text: string;
  readonly voice: string;
  readonly format?: string;
  readonly speed?: number;
  readonly instructions?: string;
}

export interface TranscriptionRequest extends Asked {
  readonly kind: 'transcription';
  readonly file: FormFile;
  /** Into English. */
  readonly translated: boolean;
  readonly language?: string;
  readonly prompt?: string;
  readonly temperature?: string;
  readonly format: TranscriptFormat;
  readonly wordTimes: boolean;
}

export const transcriptFormats = ['json', 'text', 'srt', 'verbose_json', 'vtt'] as const;
export type TranscriptFormat = (typeof transcriptFormats)[number];

export type MediaRequest = ImageRequest | SpeechRequest | TranscriptionRequest;

export interface MadeImage {
  readonly base64?: string;
  readonly url?: string;
  readonly revisedPrompt?: string;
}

export interface ImageAnswer {
  readonly kind: 'image';
  readonly images: readonly MadeImage[];
}

export interface SpeechAnswer {
  readonly kind: 'speech';
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

export interface SpokenSegment {
  readonly text: string;
  /** In seconds. */
  readonly start: number;
  readonly end: number;
}

export interface TranscriptAnswer {
  readonly kind: 'transcript';
  readonly text: string;
  readonly language?: string;
  readonly seconds?: number;
  readonly segments: readonly SpokenSegment[];
  readonly words: readonly SpokenSegment[];
}

/** The provider would not, or could not, though it answered. */
export interface RefusedAnswer {
  readonly kind: 'refused';
  readonly message: string;
}

export type MediaAnswer = ImageAnswer | SpeechAnswer | TranscriptAnswer | RefusedAnswer;

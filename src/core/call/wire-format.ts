// The forms in which a call's body can be written: each is one endpoint's, whoever offers it.

export const wireFormats = [
  'chat-completions',
  'responses',
  'completions',
  'embeddings',
  'images',
  'image-edits',
  'speech',
  'transcriptions',
  'moderations',
  'videos',
  'messages',
  'generate-content',
  'embed-content',
  'rerank',
  'music',
] as const;

export type WireFormat = (typeof wireFormats)[number];

import type { ShapeName } from './usage-shapes.ts';

/** What the simulator serves, as its upstream ids. */
export interface SimulatedModel {
  readonly id: string;
  readonly endpoint:
    | 'chat'
    | 'embeddings'
    | 'rerank'
    | 'moderations'
    | 'images'
    | 'speech'
    | 'transcriptions'
    | 'video'
    | 'music';
  readonly outputTokens: number;
  readonly paceMs: number;
  readonly shape: ShapeName;
}

const echo: SimulatedModel = { id: 'echo', endpoint: 'chat', outputTokens: 32, paceMs: 0, shape: 'plain' };

export const simulatedModels: readonly SimulatedModel[] = [
  echo,
  { ...echo, id: 'cent', outputTokens: 8 },
  { ...echo, id: 'slow', paceMs: 20 },
  { ...echo, id: 'shapes', shape: 'openai' },
  { ...echo, id: 'embed', endpoint: 'embeddings', outputTokens: 0 },
  { ...echo, id: 'rerank', endpoint: 'rerank', outputTokens: 0 },
  { ...echo, id: 'moderation', endpoint: 'moderations', outputTokens: 0 },
  { ...echo, id: 'video', endpoint: 'video', outputTokens: 0 },
  { ...echo, id: 'music', endpoint: 'music', outputTokens: 0 },
  { ...echo, id: 'image', endpoint: 'images', outputTokens: 0 },
  { ...echo, id: 'speech', endpoint: 'speech', outputTokens: 0 },
  { ...echo, id: 'transcribe', endpoint: 'transcriptions', outputTokens: 0 },
];

export function findModel(id: string): SimulatedModel | undefined {
  return simulatedModels.find((model) => model.id === id);
}

// A fixed instant (2026-01-01), because the same request gives the same answer, its date included.
export const CREATED_AT_S = 1_767_225_600;

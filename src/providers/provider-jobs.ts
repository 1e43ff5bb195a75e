// Every provider of films and songs that work on after a request: one line each.
import type { BatchJobs } from '#ports/batch-jobs.ts';
import type { MediaJobs } from '#ports/media-jobs.ts';
import { veoJobs } from './google/veo.ts';
import { klingJobs } from './kling/jobs.ts';
import { lumaJobs } from './luma/jobs.ts';
import { minimaxJobs } from './minimax/jobs.ts';
import { openAiBatches } from './openai-compatible/batches.ts';
import { openAiJobs } from './openai-compatible/jobs/videos.ts';
import { runwayJobs } from './runway/jobs.ts';
import { simulatorBatches, simulatorJobs } from './simulator/adapter.ts';

/** The simulator listens on a port of its own, known once it runs. */
export function mediaJobs(simulatorOrigin: () => string): readonly MediaJobs[] {
  return [
    openAiJobs(),
    veoJobs(),
    runwayJobs(),
    lumaJobs(),
    klingJobs(),
    minimaxJobs(),
    simulatorJobs(simulatorOrigin),
  ];
}

/** And of batches. */
export function batchJobs(simulatorOrigin: () => string): readonly BatchJobs[] {
  return [openAiBatches(), simulatorBatches(simulatorOrigin)];
}

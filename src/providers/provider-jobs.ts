// Every provider of films and songs that work on after a request: one line each.
import type { MediaJobs } from '#ports/media-jobs.ts';
import { veoJobs } from './google/veo.ts';
import { klingJobs } from './kling/jobs.ts';
import { lumaJobs } from './luma/jobs.ts';
import { minimaxJobs } from './minimax/jobs.ts';
import { openAiJobs } from './openai-compatible/jobs/videos.ts';
import { runwayJobs } from './runway/jobs.ts';
import { simulatorJobs } from './simulator/adapter.ts';

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

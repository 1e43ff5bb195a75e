// Every address that somebody may call, as one who calls it writes it: the exact ones, those with a model or an id in them.
import type { Chance } from '#test/simulation/chance.ts';
import type { Planning } from './request-plan.ts';
import { kindAt } from './samples.ts';

export interface Entered {
  /** What its right requests are known by. */
  readonly address: string;
  readonly method: string;
  readonly target: string;
  readonly model: string;
}

type Doors = Pick<Planning, 'addresses' | 'models' | 'jobs'>;

export const geminiDeeds = [
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
] as const;

export const jobAddresses = ['/v1/videos', '/v1/music/generations'] as const;

export const aboutAddresses = ['/v1/models', '/v1beta/models', '/v1/key', '/v1/credits', '/v1/generation'] as const;

export function doorOf(chance: Chance, doors: Doors): Entered {
  return chance.weighted<() => Entered>([
    [doors.addresses.length, () => exact(chance, doors)],
    [geminiDeeds.length, () => gemini(chance, doors)],
    [2, () => begun(chance, doors)],
    [4, () => oneJob(chance, doors)],
    [2, () => about(chance, doors)],
  ])();
}

function exact(chance: Chance, doors: Doors): Entered {
  const address = chance.pick(doors.addresses);
  return { address, method: 'POST', target: address, model: modelFor(chance, address, doors) };
}

function gemini(chance: Chance, doors: Doors): Entered {
  const deed = chance.pick(geminiDeeds);
  const model = modelFor(chance, deed, doors);
  const named = chance.weighted([
    [12, model],
    [2, encodeURIComponent(model)],
    [1, `models/${model}`],
    [1, chance.pick(['', '..', '%2e%2e', '%00', '%zz', '__proto__', 'a'.repeat(5_000), `${model}:x`, `../${model}`])],
  ]);
  const version = chance.pick(['v1beta', 'v1beta', 'v1', 'v1alpha']);
  const asked = chance.odds(deed === 'streamGenerateContent' ? 0.5 : 0.02) ? '?alt=sse' : '';
  return { address: deed, method: 'POST', target: `/${version}/models/${named}:${deed}${asked}`, model };
}

function begun(chance: Chance, doors: Doors): Entered {
  const address = chance.pick(jobAddresses);
  return { address, method: 'POST', target: address, model: modelFor(chance, address, doors) };
}

function oneJob(chance: Chance, doors: Doors): Entered {
  const collection = chance.pick(jobAddresses);
  const model = modelFor(chance, collection, doors);
  const id = chance.odds(0.8) && doors.jobs.length > 0 ? chance.pick(doors.jobs) : chance.pick(strangeIds);
  const at = `${id.startsWith('music_') ? jobAddresses[1] : id.startsWith('video_') ? jobAddresses[0] : collection}/${id}`;
  return chance.weighted<Entered>([
    [10, { address: collection, method: 'GET', target: collection, model }],
    [15, { address: collection, method: 'GET', target: at, model }],
    [10, { address: collection, method: 'GET', target: `${at}/content`, model }],
    [10, { address: 'remix', method: 'POST', target: `${at}/remix`, model }],
    [1, { address: collection, method: 'DELETE', target: at, model }],
  ]);
}

function about(chance: Chance, doors: Doors): Entered {
  const address = chance.pick(aboutAddresses);
  const model = modelFor(chance, address, doors);
  const target = chance.pick([
    address,
    `/v1/models/${model}`,
    `/v1beta/models/${encodeURIComponent(model)}`,
    '/v1/generation?id=',
    `/v1/generation?id=${chance.pick(strangeIds)}`,
  ]);
  return { address, method: 'GET', target, model };
}

function modelFor(chance: Chance, address: string, { models }: Doors): string {
  const all = Object.values(models).flat();
  const right = models[kindAt(address)] ?? all;
  return chance.pick(chance.odds(0.92) ? right : all);
}

const strangeIds = [
  'video_00000000-0000-0000-0000-000000000000',
  'music_00000000-0000-0000-0000-000000000000',
  'video_',
  'video_00000000-0000-0000-0000-00000000000',
  'VIDEO_00000000-0000-0000-0000-000000000000',
  '00000000-0000-0000-0000-000000000000',
  '..',
  '%2e%2e%2f%2e%2e',
  '%00',
  '%zz',
  '__proto__',
  'video___proto__',
  "video_'%20or%201=1%20--",
  'x'.repeat(4_000),
  'video_\u00ff',
];

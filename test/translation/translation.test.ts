// Every caller's dialect at every provider's form, through the official SDKs: what is meant arrives on both sides.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases, endless, offering, plain } from './cases.ts';
import { anthropic } from './makers/anthropic.ts';
import { bedrock } from './makers/bedrock.ts';
import { compatible } from './makers/chat-completions.ts';
import { cohere } from './makers/cohere.ts';
import { gemini } from './makers/gemini.ts';
import { patienceSeconds, refusalMessage, type Maker } from './makers/maker.ts';
import { openAi } from './makers/openai.ts';
import { refused } from './refused.ts';
import { anthropicMessages } from './speakers/anthropic-messages.ts';
import { cohere as cohereSpeaker } from './speakers/cohere.ts';
import { gemini as geminiSpeaker } from './speakers/gemini.ts';
import { openAiChat } from './speakers/openai-chat.ts';
import { openAiResponses } from './speakers/openai-responses.ts';
import type { Speaker } from './speakers/speaker.ts';
import { setStage, type Stage } from './stage.ts';
import type { Asked, Called, Heard, Said } from './words.ts';

const speakers: readonly Speaker<unknown>[] = [
  openAiChat,
  openAiResponses,
  anthropicMessages,
  geminiSpeaker,
  cohereSpeaker,
];
const makers: readonly (readonly [string, Maker])[] = [
  ['chat completions', compatible],
  ['OpenAI', openAi],
  ['Anthropic', anthropic],
  ['Gemini', gemini],
  ['Bedrock', bedrock],
  ['Cohere', cohere],
];

describe.each(makers)('%s', (makerName, maker) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage(maker);
  });
  afterAll(() => stage.stop());

  for (const speaker of speakers) {
    for (const { name, asked, said } of cases) {
      for (const streamed of [false, true]) {
        const manner = streamed ? 'streamed' : 'whole';
        test(`${speaker.name}: ${name}, ${manner}`, async () => {
          const door = await stage.door();
          maker.answer(stage.upstream, said);
          const told = await speaker.ask(door, asked, { streamed });
          expect(maker.hear(stage.upstream)).toEqual(meantBy(asked));
          expect(told).toMatchObject({
            text: said.text.join(''),
            thought: said.thought ?? '',
            calls: callsAs(said.calls, speaker, maker),
            stop: said.stop,
            usage: maker.usage,
          });
          if (told.charge !== undefined) expect(told.charge).toBe(maker.charge);
          expect(await chargedAt(stage, door)).toBe(maker.charge);
        });
      }
    }

    for (const { what, words, at, param } of refused) {
      const more = words[speaker.name];
      if (more === undefined || !at.includes(makerName)) continue;
      test.each([false, true])(`${speaker.name}: ${what} is refused as ${param}, streamed: %s`, async (streamed) => {
        const door = await stage.door();
        let reached = false;
        stage.upstream.answers((response) => {
          reached = true;
          response.end();
        });
        const failed = speaker.failed(await errorOf(speaker.ask(door, offering, { streamed, more })));
        expect(failed).toMatchObject({ status: 400, message: expect.stringMatching(new RegExp(`${param}\\\\?"`)) });
        expect(reached).toBe(false);
        expect(await stage.creditsAt(door)).toMatchObject({ balance: '1', held: '0' });
      });
    }

    test(`${speaker.name}: a stream that the wallet cuts off ends like one at its limit`, async () => {
      const door = await stage.door(endless.balance);
      maker.answer(stage.upstream, endless.said);
      const told = await speaker.ask(door, endless.asked, { streamed: true });
      expect(told.stop).toBe('length');
      expect(told.text.length).toBeGreaterThan(10);
      expect(endless.said.text.join('').startsWith(told.text)).toBe(true);
      expect(told.usage.output).toBeGreaterThan(0);
      const { balance, held, overdue } = await stage.creditsAt(door);
      expect(Number(balance)).toBeGreaterThanOrEqual(0);
      expect(Number(balance)).toBeLessThan(Number(endless.balance));
      expect({ held, overdue }).toEqual({ held: '0', overdue: '0' });
    });
  }
});

const thinking = cases.find(({ name }) => name === 'reasoning');

describe('what a model has thought', () => {
  const stages = new Map<string, Stage>();
  beforeAll(async () => {
    for (const [name, maker] of makers) stages.set(name, await setStage(maker));
  });
  afterAll(async () => {
    for (const stage of stages.values()) await stage.stop();
  });

  for (const [makerName, maker] of makers) {
    for (const speaker of speakers) {
      for (const streamed of [false, true]) {
        test(`${speaker.name} at ${makerName}, ${streamed ? 'streamed' : 'whole'}: its seal goes back to its maker alone`, async () => {
          if (!thinking) throw new Error('No case thinks.');
          const { asked, said } = thinking;
          const own = stages.get(makerName);
          if (!own) throw new Error('There is no stage.');
          maker.answer(own.upstream, said);
          const { back, calls } = await speaker.ask(await own.door(), asked, { streamed });
          const results = calls.map(({ id, name }) => ({ callId: id, name, text: 'Sunny' }));
          const isSealed = maker.seal !== undefined && !(maker === openAi && speaker.speaks !== 'responses');
          for (const [otherName, other] of makers) {
            const stage = stages.get(otherName);
            if (!stage) throw new Error('There is no stage.');
            other.answer(stage.upstream, { text: ['Fine.'], calls: [], stop: 'end' });
            const told = await speaker.ask(await stage.door(), asked, { streamed, after: { back, results } });
            expect(told.text).toBe('Fine.');
            const heard = other.hear(stage.upstream);
            expect(heard.calls.map(({ name, arguments: args }) => ({ name, args }))).toEqual([
              { name: 'weather', args: { city: 'Żary' } },
            ]);
            expect(heard.results.map(({ text }) => text)).toEqual(['Sunny']);
            const given = maker.seal !== undefined && sealsIn(stage.upstream.body()).includes(maker.seal);
            expect([otherName, given]).toEqual([otherName, isSealed && other === maker && speaker.keepsSeals]);
            // Nor in a wrapping of ours.
            if (other !== maker) expect(sealsIn(stage.upstream.body()).join(' ')).not.toContain('faregate:');
          }
        });
      }
    }
  }
});

describe('a provider that does not answer', () => {
  for (const [makerName, maker] of makers) {
    for (const speaker of speakers) {
      for (const streamed of [false, true]) {
        test(`${speaker.name} at ${makerName}, ${streamed ? 'streamed' : 'whole'}: is told of in the caller's own words, at no charge`, async () => {
          // Of its own, since a key that met a limit rests.
          const stage = await setStage(maker);
          const door = await stage.door();
          maker.refuse(stage.upstream, 400);
          const wrong = speaker.failed(await errorOf(speaker.ask(door, plain, { streamed })));
          expect(wrong).toMatchObject({ status: 400, message: expect.stringContaining(refusalMessage) });
          maker.refuse(stage.upstream, 429);
          const limited = speaker.failed(await errorOf(speaker.ask(door, plain, { streamed })));
          expect(limited.status).toBe(429);
          expect(Math.ceil(Number(limited.retryAfter))).toBe(patienceSeconds);
          expect(await stage.creditsAt(door)).toMatchObject({ balance: '1', held: '0' });
          await stage.stop();
        });
      }
    }
  }
});

/** What a provider has to understand of it. */
function meantBy({ system = '', turns, tools = [], schema, thinks, limit }: Asked): Heard {
  return {
    system,
    texts: turns.flatMap((turn) => ('text' in turn && turn.text !== undefined ? [turn.text] : [])),
    shown: turns.flatMap((turn) => (turn.who === 'user' && turn.shows ? [turn.shows] : [])),
    calls: turns.flatMap((turn) => (turn.who === 'model' ? (turn.calls ?? []) : [])),
    results: turns.flatMap((turn) =>
      turn.who === 'tools' ? turn.results.map(({ callId, text }) => ({ callId, text })) : [],
    ),
    tools: tools.map(({ name, description }) => ({ name, description })),
    schema,
    thinks: thinks === true,
    limit,
  };
}

/** Where a provider gives its calls no ids they get one on the way, unless the caller's dialect is the provider's own. */
function callsAs(calls: Said['calls'], speaker: Speaker<unknown>, maker: Maker): readonly Called[] {
  if (maker.namesNoCalls !== true) return calls;
  const passes = maker.takes.includes(speaker.speaks);
  return calls.map((call, index) => ({ ...call, id: passes ? '' : `call_r-1_${index}` }));
}

async function chargedAt(stage: Stage, door: Parameters<Stage['creditsAt']>[0]): Promise<string> {
  const { balance, held } = await stage.creditsAt(door);
  expect(held).toBe('0');
  return String(Math.round((1 - Number(balance)) * 1e12) / 1e12);
}

/** Bare, and as they are where bytes are what seals are made of. */
function sealsIn(body: string): readonly string[] {
  const words = body.match(/"[^"\\]{8,}"/g) ?? [];
  return words.flatMap((word) => [word.slice(1, -1), Buffer.from(word.slice(1, -1), 'base64').toString('utf8')]);
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('It was answered.');
}

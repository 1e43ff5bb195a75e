// A caller calls, and the call goes on by itself.
import { Failure } from '#core/failure.ts';
import { serve } from '#flows/serve.ts';
import type { CallRecord } from './call-record.ts';
import { menu } from './menu.ts';
import { SimulatedDoor } from './simulated-door.ts';
import type { Gateway, Stage } from './stage.ts';
import type { CallStep } from './steps.ts';
import { keys } from './town.ts';

export function serveCall(stage: Stage, { life, house }: Gateway, no: number, step: CallStep): void {
  const { clock, probes } = stage;
  const key = keys[step.keyNo];
  if (!key) throw new Error(`There is no key ${step.keyNo}.`);
  const requestId = stage.requestIds();
  const record: CallRecord = {
    no,
    requestId,
    lifeNo: life.no,
    dish: step.dish,
    caller: key.caller,
    call: modelCall(requestId, step),
    sendings: [],
    held: 0n,
    heldAsTold: 0n,
    budgets: [],
    maySend: false,
    dispatched: undefined,
    checkpoints: [],
    finalOnDisk: undefined,
    estimateOnDisk: false,
    posted: [],
    passed: [],
    hungUpAtMs: undefined,
    told: undefined,
    answered: false,
    state: 'under-way',
  };
  stage.calls.set(requestId, record);
  const door = new SimulatedDoor({ record, patience: step.patience, clock, chance: stage.chance.fork(`door ${no}`) });
  const served = serve(house, { requestId, key: key.secret, call: record.call }, door).then(
    () => {
      record.state = 'served';
      probes.saw('call served');
    },
    (error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      record.state = error.kind;
      probes.saw(`call refused: ${error.kind}`);
      stage.tell(`call ${no} (${requestId}) failed: ${error.kind}: ${error.message}`);
      if (error.kind === 'internal') probes.saw(`internal: ${error.message}`);
    },
  );
  stage.watch(life, served);
}

function modelCall(requestId: string, step: CallStep): CallRecord['call'] {
  const { kind } = menu[step.dish];
  return {
    kind,
    format: kind === 'chat' ? 'chat-completions' : 'embeddings',
    name: step.dish,
    body: '',
    bodyBytes: step.bodyBytes,
    streamed: step.streamed,
    usageWanted: step.usageWanted,
    ...(step.outputLimit === undefined || kind === 'embedding' ? {} : { outputLimit: step.outputLimit }),
    choices: step.choices,
    images: 0,
    attachments: 0,
    facts: {},
    extraHeaders: { 'x-call': requestId },
  };
}

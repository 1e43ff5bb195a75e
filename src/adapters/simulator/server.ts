import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

import { SimulatedBatches } from '#providers/simulator/batch.ts';
import type { SimulatorCall } from '#providers/simulator/call.ts';
import { answerMedia } from '#providers/simulator/media-job.ts';
import { readRequest } from '#providers/simulator/read-request.ts';
import { jsonReply } from '#providers/simulator/reply.ts';
import { replyToCall } from '#providers/simulator/reply-to-call.ts';

import { FaultCounts } from './fault-counts.ts';
import { readBody } from './read-body.ts';
import type { SendingNotes } from './send-reply.ts';
import { sendReply } from './send-reply.ts';
import type { ServedCall, SimulatorCounters } from './served-calls.ts';
import { ServedCalls } from './served-calls.ts';

/** A running simulator. */
export interface Simulator {
  /** As `http://127.0.0.1:4010`, without a path. */
  readonly origin: string;
  stop(): Promise<void>;
  counters(): SimulatorCounters;
}

export interface SimulatorSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Told of each call when it is over. */
  readonly log?: (served: ServedCall) => void;
}

// A pool of a gateway keeps its connections long, and opens many at once.
const KEEP_ALIVE_MS = 300_000;
const BACKLOG = 4096;

/** Fails when the address cannot be had. */
export async function startSimulator(settings: SimulatorSettings): Promise<Simulator> {
  const desk = new Desk(settings.log);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    desk.serve(request, response).catch((error: unknown) => {
      if (!request.complete || response.headersSent) response.destroy();
      else response.writeHead(500).end(`The simulator has a bug: ${String(error)}`);
    });
  });
  server.listen({ host: settings.host, port: settings.port, backlog: BACKLOG });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : settings.port;
  return {
    origin: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    counters: () => desk.counters(),
  };
}

class Desk {
  readonly #served = new ServedCalls();
  readonly #faults = new FaultCounts();
  readonly #batches = new SimulatedBatches();
  readonly #log: SimulatorSettings['log'];

  constructor(log: SimulatorSettings['log']) {
    this.#log = log;
  }

  counters(): SimulatorCounters {
    return this.#served.counters();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const bytes = await readBody(request);
    if (path === '/__simulator/counters') {
      await sendReply(response, jsonReply(JSON.stringify(this.counters())), { chunkBytes: undefined, notes: noNotes });
      return;
    }
    const body = bytes.toString('utf8');
    const media = answerMedia({ method, path, headers, body }, Date.now());
    if (media) {
      const { begun } = media;
      const notes = begun
        ? this.#follow({ ...begun, tag: begun.tag ?? null, faultKey: null, streamed: false }, response)
        : noNotes;
      await sendReply(response, media.reply, { chunkBytes: undefined, notes });
      return;
    }
    const batched = this.#batches.answer({ method, path, headers, body }, Date.now());
    if (batched) {
      await sendReply(response, batched, { chunkBytes: undefined, notes: noNotes });
      return;
    }
    const reading = readRequest({ method, path, headers, body, bytes });
    if (reading.kind === 'reply') {
      await sendReply(response, reading.reply, { chunkBytes: undefined, notes: noNotes });
      return;
    }
    const { faultKey, chunkBytes } = reading.call.knobs;
    const reply = replyToCall(reading.call, faultKey === undefined ? 0 : this.#faults.next(faultKey));
    const notes = this.#follow(toldOf(reading.call), response);
    response.setHeader('x-request-id', `req_${reading.call.id}`);
    await sendReply(response, reply, { chunkBytes, notes });
  }

  #follow(told: Told, response: ServerResponse): SendingNotes {
    const served = this.#served.open({ ...told, openedAtMs: Date.now() });
    let cut = false;
    response.once('close', () => {
      this.#served.close(served, cut ? 'cut' : response.writableFinished ? 'finished' : 'aborted', Date.now());
      this.#log?.(served);
    });
    return {
      opened: (status) => {
        served.status = status;
        served.firstByteAtMs = Date.now();
      },
      sent: (tokens) => this.#served.addTokens(served, tokens),
      cutting: () => {
        cut = true;
      },
    };
  }
}

type Told = Pick<ServedCall, 'id' | 'tag' | 'faultKey' | 'model' | 'streamed'>;

function toldOf(call: SimulatorCall): Told {
  return {
    id: call.id,
    tag: call.knobs.tag ?? null,
    faultKey: call.knobs.faultKey ?? null,
    model: call.model.id,
    streamed: call.kind === 'chat' && call.request.stream,
  };
}

const noNotes: SendingNotes = { opened: () => undefined, sent: () => undefined, cutting: () => undefined };

// A caller who writes bytes to a socket, and reads what comes back.
import { connect, type Socket } from 'node:net';
import { type Answer, AnswerReader } from './answer-reader.ts';
import type { Plan } from './request-plan.ts';

export type Outcome =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'silent' | 'left' }
  /** With the error that did it, if one did. */
  | { readonly kind: 'closed'; readonly code: string }
  | { readonly kind: 'garbled'; readonly why: string };

/** What is whole has to be answered by then. */
const answerMsMax = 30_000;

/** What is not is waited for only so long. */
const patienceMs = 100;

export class RawCaller {
  readonly #port: number;
  #socket: Socket | undefined;
  #earlier: number[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  /** What went over the present connection, the latest last. */
  get earlier(): readonly number[] {
    return this.#earlier;
  }

  send(plan: Plan): Promise<Outcome> {
    // A request that leaves its connection in doubt gets one of its own.
    if (!plan.isWhole) this.close();
    this.#earlier = this.#socket ? [...this.#earlier, plan.no] : [plan.no];
    const socket = (this.#socket ??= connect({ port: this.#port, host: '127.0.0.1', noDelay: true }));
    return new Promise((resolve) => {
      const reader = new AnswerReader(plan.method);
      let sent = false;
      let over = false;
      const end = (outcome: Outcome): void => {
        // What was still being written is told of later, when the next request may be under way.
        if (over) return;
        over = true;
        clearTimeout(timer);
        socket.removeAllListeners();
        socket.on('error', () => undefined);
        socket.once('close', () => {
          if (this.#socket === socket) this.#socket = undefined;
        });
        // Some are answered before they have been sent.
        const stays = outcome.kind === 'answered' && outcome.answer.keepsAlive && plan.isWhole && sent;
        if (!stays) this.close();
        resolve(outcome);
      };
      const tried = (read: () => Answer | undefined): Answer | undefined => {
        try {
          return read();
        } catch (error) {
          end({ kind: 'garbled', why: error instanceof Error ? error.message : 'unreadable' });
          return undefined;
        }
      };
      const timer = setTimeout(() => end({ kind: 'silent' }), plan.isWhole ? answerMsMax : patienceMs);
      socket.on('data', (piece: Buffer) => {
        if (plan.leaving === 'leaves-at-first-byte') return end({ kind: 'left' });
        const answer = tried(() => reader.push(piece));
        if (answer) end({ kind: 'answered', answer });
      });
      let code = 'no error';
      socket.on('error', (error: NodeJS.ErrnoException) => {
        code = `${error.syscall ?? ''} ${error.code ?? error.message}`;
      });
      socket.on('close', () => {
        const answer = tried(() => reader.end());
        end(answer ? { kind: 'answered', answer } : { kind: 'closed', code });
      });
      write(socket, plan.pieces, () => {
        sent = true;
        if (plan.leaving === 'ends') socket.end();
        if (plan.leaving === 'leaves') end({ kind: 'left' });
      });
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}

function write(socket: Socket, [first, ...rest]: readonly Buffer[], then: () => void): void {
  if (!first) return then();
  if (socket.destroyed) return;
  socket.write(first, () => {
    if (rest.length === 0) then();
    else setImmediate(() => write(socket, rest, then));
  });
}

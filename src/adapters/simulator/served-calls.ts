/** What became of one request that the simulator served. Instants are Unix milliseconds. */
export interface ServedCall {
  readonly number: number;
  readonly id: string;
  readonly tag: string | null;
  readonly faultKey: string | null;
  readonly model: string;
  readonly streamed: boolean;
  readonly openedAtMs: number;
  readonly status: number | null;
  readonly firstByteAtMs: number | null;
  readonly closedAtMs: number | null;
  readonly tokensSent: number;
  /** 'aborted' is the caller's doing, 'cut' the simulator's own. */
  readonly outcome: 'open' | 'finished' | 'aborted' | 'cut';
}

export interface SimulatorCounters {
  readonly requests: number;
  readonly requestsByModel: Readonly<Record<string, number>>;
  readonly tokensSent: number;
  readonly openRequests: number;
  readonly openStreams: number;
  readonly finished: number;
  readonly aborted: number;
  readonly cut: number;
  /** The last calls in the order of their arrival, so that a test finds its own by tag or id. */
  readonly calls: readonly ServedCall[];
}

/** Notes of one call while it goes on. */
export type CallNotes = { -readonly [Field in keyof ServedCall]: ServedCall[Field] };

const CALLS_KEPT_MAX = 10_000;

/** Counts what was served. */
export class ServedCalls {
  readonly #byModel = new Map<string, number>();
  readonly #recent: CallNotes[] = [];
  #requests = 0;
  #tokensSent = 0;
  #openRequests = 0;
  #openStreams = 0;
  readonly #ended = { finished: 0, aborted: 0, cut: 0 };

  open(call: Pick<ServedCall, 'id' | 'tag' | 'faultKey' | 'model' | 'streamed' | 'openedAtMs'>): CallNotes {
    this.#requests += 1;
    this.#openRequests += 1;
    if (call.streamed) this.#openStreams += 1;
    this.#byModel.set(call.model, (this.#byModel.get(call.model) ?? 0) + 1);
    const blank = { status: null, firstByteAtMs: null, closedAtMs: null, tokensSent: 0, outcome: 'open' as const };
    const notes: CallNotes = { number: this.#requests, ...call, ...blank };
    this.#recent.push(notes);
    // Twice the number, so that the list is not moved at each call.
    if (this.#recent.length > 2 * CALLS_KEPT_MAX) this.#recent.splice(0, CALLS_KEPT_MAX);
    return notes;
  }

  addTokens(notes: CallNotes, tokens: number): void {
    notes.tokensSent += tokens;
    this.#tokensSent += tokens;
  }

  close(notes: CallNotes, outcome: Exclude<ServedCall['outcome'], 'open'>, atMs: number): void {
    notes.outcome = outcome;
    notes.closedAtMs = atMs;
    this.#openRequests -= 1;
    if (notes.streamed) this.#openStreams -= 1;
    this.#ended[outcome] += 1;
  }

  counters(): SimulatorCounters {
    return {
      requests: this.#requests,
      requestsByModel: Object.fromEntries(this.#byModel),
      tokensSent: this.#tokensSent,
      openRequests: this.#openRequests,
      openStreams: this.#openStreams,
      ...this.#ended,
      calls: this.#recent.slice(-CALLS_KEPT_MAX).map((notes) => ({ ...notes })),
    };
  }
}

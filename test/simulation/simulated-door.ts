// A caller: reads what comes, quickly or slowly, and may hang up at any time.
import type { Dialect } from '#ports/dialect.ts';
import type { Door, Fare, StreamWords } from '#ports/door.ts';
import type { CallRecord } from './call-record.ts';
import type { Chance } from './chance.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { WireReader } from './wire.ts';

export interface Patience {
  readonly hangUpAfterMs: number | undefined;
  readonly hangUpAfterPieces: number | undefined;
  readonly readsSlowly: boolean;
}

const tellFare = (fare: Fare): string => `fare ${fare['charge'] ?? ''}\n\n`;

const words: StreamWords = {
  cutOff: () => 'cut-off 0 - -\n\n',
  usage: (_last, _usage, fare) => tellFare(fare),
  withFare: (event, _usage, fare) => (event ? tellFare(fare) : ''),
  failure: () => 'failure 0 - -\n\n',
  done: 'done 0 - -\n\n',
};

const dialect: Dialect = { name: 'simulated', failure: () => '', words: () => words };

export interface DoorOptions {
  readonly record: CallRecord;
  readonly patience: Patience;
  readonly clock: VirtualClock;
  readonly chance: Chance;
}

export class SimulatedDoor implements Door {
  readonly dialect = dialect;
  readonly words = words;
  readonly #hangUp = new AbortController();
  readonly #options: DoorOptions;
  readonly #reader = new WireReader();
  #started = false;
  #pieces = 0;

  constructor(options: DoorOptions) {
    this.#options = options;
    const { clock, patience } = options;
    if (patience.hangUpAfterMs !== undefined) clock.after(patience.hangUpAfterMs, () => this.hangUp());
  }

  get hungUp(): AbortSignal {
    return this.#hangUp.signal;
  }

  get started(): boolean {
    return this.#started;
  }

  hangUp(): void {
    const { record, clock } = this.#options;
    if (record.state !== 'under-way' || this.#hangUp.signal.aborted) return;
    record.hungUpAtMs = clock.now();
    this.#hangUp.abort();
  }

  start(_status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#gone) return;
    this.#started = true;
    const charge = headers['x-faregate-charge'];
    if (charge !== undefined) this.#options.record.told = charge;
  }

  write(bytes: Buffer | string): void | Promise<void> {
    if (this.#gone) return;
    const { record, patience, clock, chance } = this.#options;
    const text = bytes.toString();
    if (text.startsWith('fare ')) record.told = text.slice('fare '.length).trim();
    else record.passed.push(...this.#reader.read(Buffer.from(text)));
    this.#pieces += 1;
    if (patience.hangUpAfterPieces === this.#pieces) clock.after(0, () => this.hangUp());
    return patience.readsSlowly ? clock.sleep(chance.below(800)) : undefined;
  }

  end(): void {
    if (this.#gone || !this.#started) return;
    this.#options.record.answered = true;
  }

  // A process that has died writes nothing.
  get #gone(): boolean {
    return this.#hangUp.signal.aborted || this.#options.record.state === 'crashed';
  }
}

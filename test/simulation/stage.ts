// Where a history plays: what outlives every process, and the one process that lives at a time.
import type { LedgerWriter } from '#flows/jobs/write-ledger.ts';
import type { House } from '#flows/house.ts';
import type { Directory } from '#ports/directory.ts';
import type { CallRecord } from './call-record.ts';
import { Chance } from './chance.ts';
import { type Disk, newDisk } from './disk.ts';
import type { Fault } from './faults.ts';
import type { Life } from './life.ts';
import { Database } from './network.ts';
import { newStore, type StoreAndShadow } from './new-store.ts';
import { exchange, PriceShelf } from './price-shelf.ts';
import { Probes } from './probes.ts';
import { type Traits, traitsOf } from './traits.ts';
import { VirtualClock } from './virtual-clock.ts';
import { unexpected, Violation } from './violation.ts';

export interface Gateway {
  readonly life: Life;
  readonly house: House;
  readonly writer: LedgerWriter;
  readonly directory: Directory;
  /** Takes calls. */
  open: boolean;
  readonly stopping: AbortController;
  readonly jobs: Promise<void>[];
}

export interface PostedTopUp {
  readonly walletId: string;
  readonly amount: bigint;
  /** Its caller has been told that it is booked. */
  answered: boolean;
}

export interface StageOptions {
  readonly seed: string;
  readonly fault: Fault;
  readonly tell: (line: string) => void;
}

export class Stage {
  readonly traits: Traits;
  readonly chance: Chance;
  readonly clock: VirtualClock;
  readonly probes = new Probes();
  readonly shelf = new PriceShelf();
  readonly database: Database;
  readonly disk: Disk;
  readonly fault: Fault;
  readonly calls = new Map<string, CallRecord>();
  readonly topUps = new Map<string, PostedTopUp>();
  readonly requestIds: () => string;
  readonly eventIds: () => string;
  kept: StoreAndShadow;
  storeAway = false;
  sawFullDisk = false;
  /** Lives whose disk refused a dispatch, until they have surely given its number an end. */
  readonly refusedNumbers = new Set<string>();
  gateway: Gateway | undefined;
  lives = 0;
  /** The first promise that did not hold; whatever runs beside the steps reports here. */
  broken: Violation | undefined;
  readonly #tell: (line: string) => void;

  constructor({ seed, fault, tell }: StageOptions) {
    this.chance = new Chance(seed);
    this.traits = traitsOf(this.chance.fork('traits'));
    this.clock = new VirtualClock(this.traits.startMs, this.chance.fork('order'));
    this.fault = fault;
    this.#tell = tell;
    this.requestIds = numbered('a');
    this.eventIds = numbered('e');
    this.database = new Database({
      clock: this.clock,
      chance: this.chance.fork('network'),
      probes: this.probes,
      landing: (entries) => fault.landing?.(entries) ?? entries,
      onBooked: (entry) => this.kept.shadow.booked(entry),
    });
    for (const version of this.shelf.versions.values()) this.database.ledger.publish(version);
    for (const rate of exchange) this.database.ledger.setRate(rate);
    this.disk = newDisk({ keepsForgotten: this.chance.fork('disk').odds(0.3) });
    this.kept = newStore(this);
  }

  tell(line: string): void {
    this.#tell(`${String(this.clock.now() - this.traits.startMs).padStart(7)} ms  ${line}`);
  }

  /** A promise that nobody waits for: what it rejects with while its process lives is a finding. */
  watch(life: Life | undefined, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!life?.dead) this.breaks(error);
    });
  }

  breaks(error: unknown): void {
    if (error instanceof Violation) this.broken ??= error;
    else this.broken ??= new Violation(unexpected, describe(error));
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function numbered(kind: string): () => string {
  let last = 0;
  return () => {
    last += 1;
    return `${kind.repeat(8)}-0000-7000-8000-${String(last).padStart(12, '0')}`;
  };
}

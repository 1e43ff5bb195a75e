// Everything that is known of one call, gathered where it happened: at the door, on the disk, at the provider.
import type { ChargeEntry, Counter, DispatchedCall } from '#core/ledger/entry.ts';
import type { ModelCall } from '#core/call/model-call.ts';
import type { FailureName } from '#core/failure.ts';
import type { Caller } from '#core/keys/caller.ts';
import type { Checkpoint } from '#ports/fast-store.ts';
import type { DishName } from './menu.ts';
import type { Sending } from './sending.ts';
import type { WireEvent } from './wire.ts';

export interface CallRecord {
  readonly no: number;
  readonly requestId: string;
  readonly lifeNo: number;
  readonly dish: DishName;
  readonly caller: Caller;
  readonly call: ModelCall;
  readonly sendings: Sending[];
  /** All that was ever set aside for it, and under which budgets. */
  held: bigint;
  /** Of it, what the gateway was told of: an answer of the store may be lost. */
  heldAsTold: bigint;
  budgets: readonly Counter[];
  /** Its hold was there when it was last dispatched. */
  maySend: boolean;
  /** The latest that is on the disk. */
  dispatched: DispatchedCall | undefined;
  finalOnDisk: ChargeEntry | undefined;
  /** Somebody has given the call up and written an estimate down. */
  estimateOnDisk: boolean;
  readonly checkpoints: Checkpoint[];
  /** Entries that the store took, estimates and the final word. */
  readonly posted: ChargeEntry[];
  /** What the caller was sent of a stream. */
  readonly passed: WireEvent[];
  /** Missing when the caller stayed to the end. */
  hungUpAtMs: number | undefined;
  /** The charge that the caller has read. */
  told: string | undefined;
  /** The caller has got the whole answer, or its end in good order. */
  answered: boolean;
  state: 'under-way' | 'served' | FailureName | 'crashed' | 'lost';
}

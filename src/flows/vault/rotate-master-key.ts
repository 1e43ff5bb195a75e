// Puts everything that is sealed under the newest master key while calls go on. Safe to be killed anywhere, and run again:
// what is done stays done, and an old key goes only when the database says that nothing needs it.
import { Failure } from '#core/failure.ts';
import type { Clock } from '#ports/clock.ts';
import type { MasterKeys } from '#ports/master-keys.ts';
import type { MasterKeySource, Vault } from '#ports/vault.ts';

export interface MasterKeyDesk {
  readonly vault: Vault;
  readonly masterKeys: MasterKeys;
  readonly masterKeySource: Pick<MasterKeySource, 'name' | 'add' | 'dropOld'>;
  readonly clock: Pick<Clock, 'sleep'>;
}

export interface Rotation {
  readonly master_key: string;
  /** Whether this rotation made it; otherwise one that was given, or half rotated before, is the newest. */
  readonly made: boolean;
  readonly rewrapped: number;
  readonly retired: readonly string[];
}

const batchMax = 100;

/** Between batches the pool is the calls'. */
const restMs = 5;

// A secret that comes and goes as fast as it is put under the new key is no reason to try for ever.
const roundsMax = 100_000;

/** One at a time in this process: two would each make a key. */
const running = new WeakMap<MasterKeys, Promise<unknown>>();

/** @throws Failure `conflict` when there is no other key to rotate to. */
export function rotateMasterKey(desk: MasterKeyDesk, actor: string): Promise<Rotation> {
  const before = running.get(desk.masterKeys) ?? Promise.resolve();
  const next = before.then(() => rotate(desk, actor));
  running.set(
    desk.masterKeys,
    next.catch(() => undefined),
  );
  return next;
}

async function rotate(desk: MasterKeyDesk, actor: string): Promise<Rotation> {
  const { vault, masterKeys, masterKeySource } = desk;
  reload(desk);
  const unfinished = (await masterKeys.list()).some(({ id }) => id !== vault.currentKeyId);
  const made = !unfinished && masterKeySource.add !== undefined;
  if (made) {
    masterKeySource.add();
    reload(desk);
  } else if (!unfinished) {
    throw new Failure(
      'conflict',
      `${masterKeySource.name} has no other master key than the one in use. Put a new one before it, with a blank or a ` +
        'line between, and keep the old one there until this is done. What comes from the environment is read at a start.',
    );
  }
  const current = vault.currentKeyId;
  await masterKeys.register(current, vault.checkValue(current));
  const rewrapped = await rewrapAll(desk, current);
  const retired = await retireOthers(desk, current);
  masterKeySource.dropOld?.();
  const rotation = { master_key: current, made, rewrapped, retired };
  await masterKeys.note(actor, rotation);
  return rotation;
}

async function rewrapAll({ vault, masterKeys, clock }: MasterKeyDesk, current: string): Promise<number> {
  let rewrapped = 0;
  for (let round = 0; round < roundsMax; round += 1) {
    const batch = await masterKeys.sealedByOthers(current, batchMax);
    if (batch.length === 0) return rewrapped;
    for (const secret of batch) {
      if (await masterKeys.replace(secret, rewrap(vault, secret.sealed, secret.subject))) rewrapped += 1;
    }
    await clock.sleep(restMs);
  }
  throw new Failure('conflict', 'Secrets are written faster than they can be sealed anew. Try again later.');
}

function rewrap(vault: Vault, sealed: string, subject: string): string {
  try {
    return vault.rewrap(sealed, subject);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('conflict', `${why} Replace or remove it; then run the rotation again: it goes on from here.`, {
      cause,
    });
  }
}

async function retireOthers({ masterKeys }: MasterKeyDesk, current: string): Promise<readonly string[]> {
  const retired: string[] = [];
  for (const { id } of await masterKeys.list()) {
    if (id === current) continue;
    if (!(await masterKeys.retire(id))) {
      throw new Failure(
        'conflict',
        `Something was sealed with the master key ${id} meanwhile. Has every process the new one? Then run it again.`,
      );
    }
    retired.push(id);
  }
  return retired;
}

function reload({ vault, masterKeySource }: MasterKeyDesk): void {
  try {
    vault.reload();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Failure('conflict', `The master keys in ${masterKeySource.name} do not read: ${why}`, { cause });
  }
}

export interface MasterKeyState {
  readonly source: string;
  readonly current: string;
  readonly keys: readonly {
    readonly id: string;
    readonly secrets: number;
    readonly created_at: string;
    readonly held: boolean;
  }[];
}

export async function showMasterKeys({ vault, masterKeys, masterKeySource }: MasterKeyDesk): Promise<MasterKeyState> {
  const keys = await masterKeys.list();
  return {
    source: masterKeySource.name,
    current: vault.currentKeyId,
    keys: keys.map(({ id, secrets, createdAt }) => ({ id, secrets, created_at: createdAt, held: vault.holds(id) })),
  };
}

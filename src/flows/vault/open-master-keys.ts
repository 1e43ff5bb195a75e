// At every start: the master keys that are given are those that the database's secrets need, or nothing starts.
import type { Log } from '#ports/log.ts';
import type { KnownMasterKey, MasterKeys } from '#ports/master-keys.ts';
import type { Vault } from '#ports/vault.ts';

interface Opening {
  readonly vault: Vault;
  readonly masterKeys: MasterKeys;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Where the keys come from, as an operator calls it. */
  readonly source: string;
  /** Its secrets are given up, because nobody has it any more. */
  readonly lost?: string | undefined;
}

/** @throws Error for the operator when a key is missing, or is not the one that it should be. */
export async function openMasterKeys({ vault, masterKeys, log, source, lost }: Opening): Promise<void> {
  for (const known of await masterKeys.list()) {
    if (vault.holds(known.id)) {
      if (known.checkValue !== undefined && !vault.accepts(known.id, known.checkValue)) throw wrongKey(known, source);
      if (known.checkValue === undefined) await masterKeys.register(known.id, vault.checkValue(known.id));
    } else {
      if (known.id === lost) {
        const secrets = await masterKeys.giveUp(known.id);
        log.warn({ master_key: known.id, secrets }, 'what was sealed by the lost master key has been removed');
      } else if (known.secrets > 0) throw missingKey(known, source, vault.currentKeyId);
      // It may have come to be needed since it was counted.
      if (!(await masterKeys.retire(known.id))) throw missingKey(known, source, vault.currentKeyId);
      log.info({ master_key: known.id }, 'nothing is sealed by this master key any more, and it was not given');
    }
  }
  await masterKeys.register(vault.currentKeyId, vault.checkValue(vault.currentKeyId));
}

function missingKey({ id, secrets }: KnownMasterKey, source: string, given: string): Error {
  const what = secrets === 1 ? 'A secret in the database is' : `${secrets} secrets in the database are`;
  return new Error(
    `${what} sealed with the master key ${id}, which is not in ${source}: the key that is there is ${given}. ` +
      'Put the right one back, or both while the key is rotated: the new one first, the old one behind it. ' +
      `If nobody has it any more, FAREGATE_LOST_MASTER_KEY=${id} gives up what it sealed: those provider keys have to be added again.`,
  );
}

function wrongKey({ id }: KnownMasterKey, source: string): Error {
  return new Error(
    `The master key ${id} in ${source} does not open what the database keeps to check it by: ` +
      'it is not the key that was used so far, or the database was altered.',
  );
}

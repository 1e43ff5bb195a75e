// Keeps secrets sealed at rest, by a master key that can be rotated while it works.

export interface Vault {
  /** `subject` binds the secret to its row: it opens only for the same one. */
  seal(secret: string, subject: string): string;
  /** @throws Error when it was sealed with another master key, for another subject, or was altered. */
  open(sealed: string, subject: string): string;
  /** The same secret under the current master key; nothing that is sealed is opened for it. @throws Error as `open`. */
  rewrap(sealed: string, subject: string): string;
  /** The master key that seals now. */
  readonly currentKeyId: string;
  /** Whether it can open what this master key has sealed. */
  holds(keyId: string): boolean;
  /** A constant sealed by the master key: whoever has the right one reads it. */
  checkValue(keyId: string): string;
  /** Whether the check value was made by the master key of that id which is held here. */
  accepts(keyId: string, checkValue: string): boolean;
  /** Reads the master keys again; one that was known before goes on opening. */
  reload(): void;
}

/** Where master keys come from: the first seals, all open. */
export interface MasterKeySource {
  /** As an operator calls it, such as the name of a file. */
  readonly name: string;
  /** @throws Error when there is none, or one does not read. */
  read(): readonly [Buffer, ...Buffer[]];
  /** Makes another one and puts it first; where there is none, the operator does that. */
  readonly add?: () => void;
  /** Takes out all but the first. */
  readonly dropOld?: () => void;
}

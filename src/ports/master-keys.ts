// Which master keys the database needs, and everything that is sealed by them.

export interface KnownMasterKey {
  readonly id: string;
  /** Missing until a process that holds the key has started. */
  readonly checkValue?: string;
  /** How many secrets are sealed by it. */
  readonly secrets: number;
  readonly createdAt: string;
}

export interface SealedSecret {
  /** What it is bound to. */
  readonly subject: string;
  readonly sealed: string;
}

/** Each rejects with a transient failure when the database is away. */
export interface MasterKeys {
  /** The oldest first. */
  list(): Promise<readonly KnownMasterKey[]>;
  /** From then on something may be sealed by it; a check value that was there stays. */
  register(id: string, checkValue: string): Promise<void>;
  /** Some of the secrets that are sealed by another key. */
  sealedByOthers(id: string, limit: number): Promise<readonly SealedSecret[]>;
  /** `false` when it has been replaced or removed meanwhile; then nothing is changed. */
  replace(before: SealedSecret, after: string): Promise<boolean>;
  /** `false` while anything needs it. */
  retire(id: string): Promise<boolean>;
  /** Removes everything that is sealed by a key that is lost, and notes that; how many secrets it were. */
  giveUp(id: string): Promise<number>;
  /** Into the audit log. */
  note(actor: string, rotation: object): Promise<void>;
}

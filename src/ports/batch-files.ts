// Files that callers have uploaded for their batches, kept until they are deleted or too old.
export interface BatchFile {
  readonly id: string;
  readonly walletId: string;
  readonly virtualKeyId: string;
  readonly fileName: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface BatchFilePage {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  /** The id of the file that stands before the page. */
  readonly after?: string;
}

/** Everything here is of one wallet: the files of others are not there. */
export interface BatchFiles {
  /** Forgets what is older than `keptSince`, of any wallet. False when the wallet would keep more bytes than `bytesMax`. */
  put(
    file: BatchFile,
    content: Buffer,
    room: { readonly bytesMax: number; readonly keptSince: number },
  ): Promise<boolean>;
  find(walletId: string, id: string): Promise<BatchFile | undefined>;
  content(walletId: string, id: string): Promise<Buffer | undefined>;
  list(walletId: string, page: BatchFilePage): Promise<readonly BatchFile[]>;
  /** False when it was not there. */
  remove(walletId: string, id: string): Promise<boolean>;
}

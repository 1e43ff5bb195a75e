// A backup as text: a line that says what it is, the tables as Postgres copies them, and a line that says that it is whole.
//
//   faregate-backup {"format":1,"migrations":[…],…}
//   table {"name":"wallet","columns":["id",…]}
//   <rows, as COPY writes them>
//   \.
//   end {"tables":…,"sha256":"…"}

/** Of what a data row can be, COPY's text form never writes this alone on a line. */
export const tableEnd = '\\.';

export const words = { head: 'faregate-backup ', table: 'table ', end: 'end ' } as const;

export interface BackupHead {
  readonly format: 1;
  readonly madeAt: string;
  /** Checksums of the migrations that the database had, in their order. */
  readonly migrations: readonly string[];
}

export interface BackupEnd {
  readonly tables: number;
  /** Of all bytes before this line. */
  readonly sha256: string;
}

/** What keeps a file from being restored: told to the operator as it is. */
export class BackupError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BackupError';
  }
}

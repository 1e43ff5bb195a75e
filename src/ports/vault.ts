// Keeps secrets sealed at rest.

export interface Vault {
  /** `subject` binds the secret to its row: it opens only for the same one. */
  seal(secret: string, subject: string): string;
  /** @throws Error when it was sealed with another master key, for another subject, or was altered. */
  open(sealed: string, subject: string): string;
}

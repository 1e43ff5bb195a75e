// Chance where several choices are equally right, given to whoever needs it, so that a test can seed it.

export interface Chooser {
  /** From 0 to below 1. */
  next(): number;
}

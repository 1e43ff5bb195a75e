// What has no counterpart on the other side is told by its name: an outcome, or unwound to where it becomes one.
import type { Untranslatable } from './chat.ts';

const noCounterpart = 'has no counterpart at the provider of this model.';

export function untranslatable(param: string, why = noCounterpart): Untranslatable {
  return { kind: 'untranslatable', param, message: `"${param.slice(0, 64)}" ${why}` };
}

/** Unwinds a translation at the field that it fails on. */
export class NoCounterpart extends Error {
  readonly said: Untranslatable;

  constructor(param: string, why?: string) {
    super(param);
    this.said = untranslatable(param, why);
  }
}

export function orUntranslatable<Result>(translate: () => Result): Result | Untranslatable {
  try {
    return translate();
  } catch (error) {
    if (error instanceof NoCounterpart) return error.said;
    throw error;
  }
}

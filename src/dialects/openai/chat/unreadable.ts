// Unwinds a reading at the field that has no word in ours; told as an outcome.
import { type Untranslatable, untranslatable } from '#core/call/chat.ts';

export class Unreadable extends Error {
  readonly said: Untranslatable;

  constructor(param: string, why = 'has no counterpart at the provider of this model.') {
    super(param);
    this.said = untranslatable(param, why);
  }
}

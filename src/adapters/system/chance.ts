// The machine's own chance: good enough to spread calls and waits, never for secrets.
import type { Chooser } from '#ports/chooser.ts';

export const systemChooser: Chooser = { next: () => Math.random() };

// How things may be named that callers send, and that stand in addresses.

export interface NameRule {
  readonly max: number;
  readonly pattern: RegExp;
  readonly advice: string;
}

/** Of models and aliases. */
export const callNames: NameRule = {
  max: 200,
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,199}$/,
  advice: 'Letters, digits and _ . : / @ - only, beginning with a letter or digit.',
};

export const providerNames: NameRule = {
  max: 63,
  pattern: /^[a-z0-9][a-z0-9_.-]{0,62}$/,
  advice: 'Small letters, digits and _ . - only, at most 63, beginning with a letter or digit.',
};

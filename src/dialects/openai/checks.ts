// What a field of a request may be, and how it is said that it is not.

export interface Wrong {
  readonly message: string;
  readonly param: string;
}

export function wrong(param: string, expected: string, right: boolean): Wrong | undefined {
  return right ? undefined : { param, message: `"${param}" must be ${expected}.` };
}

export function wrongModel(model: unknown): Wrong | undefined {
  return wrong('model', 'the name of a model', typeof model === 'string' && model !== '');
}

export function optional(value: unknown, right: (value: unknown) => boolean): boolean {
  return !isSaid(value) || right(value);
}

/** In this dialect `null` is as good as nothing. */
export function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function isShortWord(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 64;
}

export function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

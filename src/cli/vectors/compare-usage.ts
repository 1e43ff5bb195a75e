// A record against what is expected of it: only what is named is compared.
import { type Fields, isFields } from '#core/usage/counts.ts';
import { decimalOf } from '#core/usage/exact-json.ts';
import type { SubUsage, Usage } from '#core/usage/usage.ts';
import { words } from './words.ts';

export function usageDifferences(expected: Fields, usage: Usage): readonly string[] {
  const { sub_usages: subs, flags, ...fields } = expected;
  return [
    ...Object.entries(fields)
      .filter(([name, value]) => !isUnknown(name, value, usage))
      .flatMap(([name, value]) => differences(value, field(usage, name), name)),
    ...(Array.isArray(flags) ? flags : [])
      .filter((flag) => !usage.flags.some((each) => each === flag))
      .map(
        (flag) => `flags: ${words(flag)} is missing${usage.flags.length > 0 ? ` in ${usage.flags.join(', ')}` : ''}`,
      ),
    ...subDifferences(subs, usage.sub_usages ?? []),
  ];
}

/** Where nobody knows what was consumed, a record has zeros beside its status, and a case may say `null`. */
function isUnknown(name: string, value: unknown, { status }: Usage): boolean {
  return value === null && (status === 'missing' || status === 'invalid') && name !== 'status';
}

/** The model, and beside it what is expected of its usage. */
function subDifferences(expected: unknown, subs: readonly SubUsage[]): readonly string[] {
  if (!Array.isArray(expected)) return [];
  const wanted = expected.filter(isFields);
  if (wanted.length !== subs.length) return [`sub_usages: ${subs.length}, expected ${wanted.length}`];
  return wanted.flatMap((each, index) => {
    const { model, usage: nested, provider, ...fields } = each;
    void provider;
    const sub = subs[index];
    const path = `sub_usages[${index}]`;
    const own = { ...fields, ...(isFields(nested) ? nested : {}) };
    return [
      ...differences(model, sub?.model, `${path}.model`),
      ...Object.entries(own).flatMap(([name, value]) =>
        differences(value, sub && field(sub.usage, name), `${path}.${name}`),
      ),
    ];
  });
}

function field(usage: Usage, name: string): unknown {
  return Object.entries(usage).find(([own]) => own === name)?.[1];
}

/** A part that is nothing is left out of a record, so expecting zero of it is expecting nothing. */
function differences(expected: unknown, actual: unknown, path: string): readonly string[] {
  if (expected === null || expected === undefined) {
    return actual === undefined || actual === null ? [] : [`${path}: ${words(actual)}, expected nothing`];
  }
  if (isFields(expected)) {
    const own: Fields = isFields(actual) ? actual : {};
    return Object.entries(expected).flatMap(([name, value]) => differences(value, own[name], `${path}.${name}`));
  }
  if (decimalOf(expected) === '0' && actual === undefined) return [];
  return same(expected, actual) ? [] : [`${path}: ${words(actual)}, expected ${words(expected)}`];
}

function same(expected: unknown, actual: unknown): boolean {
  const [left, right] = [decimalOf(expected), decimalOf(actual)];
  if (left !== undefined || right !== undefined) return left === right;
  return JSON.stringify(expected) === JSON.stringify(actual);
}

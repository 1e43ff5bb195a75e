// The language of conditions: what may be asked of a call before its target is chosen. It compares, and nothing else.
import { type Fields, isFields } from '../usage/counts.ts';
import type { Problem } from './fields.ts';

const comparisons = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'] as const;
type Comparison = (typeof comparisons)[number];
type Scalar = string | number | boolean | null;

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | {
      readonly kind: 'compare';
      readonly path: readonly string[];
      readonly comparison: Comparison;
      readonly with: Scalar | readonly Scalar[];
    };

/** What a path may begin with: the request's body, its `metadata`, the virtual key, and what is known of the call. */
export const conditionRoots = ['params', 'metadata', 'key', 'call'] as const;
export type ConditionFacts = Readonly<Record<(typeof conditionRoots)[number], Fields>>;

const partsMax = 64;
const depthMax = 8;
const stepsMax = 8;

export function readCondition(value: unknown, path: string, problems: Problem[], depth = 0): Condition {
  const nothing: Condition = { kind: 'all', parts: [] };
  const wrong = (message: string, at = path): Condition => {
    problems.push({ path: at, message });
    return nothing;
  };
  if (!isFields(value)) return wrong('Write an object, such as {"metadata.plan": {"$eq": "pro"}}.');
  if (depth > depthMax) return wrong(`Conditions go no deeper than ${depthMax} levels.`);
  const entries = Object.entries(value);
  if (entries.length === 0) return wrong('A condition without anything in it is always true. Leave it out.');
  if (entries.length > partsMax) return wrong(`At most ${partsMax} parts.`);
  const parts = entries.map(([name, said]): Condition => {
    const at = `${path}.${name}`;
    switch (name) {
      case '$and':
      case '$or': {
        if (!Array.isArray(said) || said.length === 0 || said.length > partsMax)
          return wrong(`Write a list of 1 to ${partsMax} conditions.`, at);
        const each = said.map((part: unknown, index) => readCondition(part, `${at}[${index}]`, problems, depth + 1));
        return { kind: name === '$and' ? 'all' : 'any', parts: each };
      }
      case '$not':
        return { kind: 'not', part: readCondition(said, at, problems, depth + 1) };
      default:
        return readComparisons(name, said, at, problems);
    }
  });
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'all', parts };
}

function readComparisons(name: string, said: unknown, at: string, problems: Problem[]): Condition {
  const path = name.split('.');
  if (!conditionRoots.some((root) => root === path[0]) || path.length < 2 || path.length > stepsMax) {
    const message = `Nothing is called so here. A path begins with ${conditionRoots.map((root) => `${root}.`).join(', ')}, operators are $and, $or and $not.`;
    problems.push({ path: at, message });
  }
  const compared = isFields(said) ? Object.entries(said) : [['$eq', said] as const];
  if (compared.length === 0) problems.push({ path: at, message: 'Say what it is compared with.' });
  const parts = compared.map(([operator, operand]): Condition => {
    const comparison = comparisons.find((each) => each === operator);
    if (comparison === undefined) {
      problems.push({ path: `${at}.${operator}`, message: `Unknown operator. Known: ${comparisons.join(', ')}.` });
    } else if (!fits(comparison, operand)) {
      problems.push({ path: `${at}.${operator}`, message: expectations[comparison] });
    }
    return { kind: 'compare', path, comparison: comparison ?? '$eq', with: operand as Scalar };
  });
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'all', parts };
}

const scalar = 'Write a text, a number, true, false or null.';
const ordered = 'Write a number or a text.';
const list = `Write a list of at most ${partsMax} texts and numbers.`;
const expectations = {
  $eq: scalar,
  $ne: scalar,
  $gt: ordered,
  $gte: ordered,
  $lt: ordered,
  $lte: ordered,
  $in: list,
  $nin: list,
  $exists: 'Write true or false.',
} as const satisfies Record<Comparison, string>;

function fits(comparison: Comparison, operand: unknown): boolean {
  switch (comparison) {
    case '$eq':
    case '$ne':
      return isScalar(operand);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return typeof operand === 'number' || typeof operand === 'string';
    case '$in':
    case '$nin':
      return Array.isArray(operand) && operand.length <= partsMax && operand.every(isScalar);
    case '$exists':
      return typeof operand === 'boolean';
  }
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

export function holds(condition: Condition, facts: ConditionFacts): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.parts.every((part) => holds(part, facts));
    case 'any':
      return condition.parts.some((part) => holds(part, facts));
    case 'not':
      return !holds(condition.part, facts);
    case 'compare':
      return compares(condition.comparison, valueAt(facts, condition.path), condition.with);
  }
}

function valueAt(facts: ConditionFacts, path: readonly string[]): unknown {
  let value: unknown = facts;
  for (const step of path) {
    if (!isFields(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

// Texts and numbers are never compared with each other: what is of another kind, or missing, is neither more nor less.
function compares(comparison: Comparison, value: unknown, operand: unknown): boolean {
  switch (comparison) {
    case '$eq':
      return value === operand || (operand === null && value === undefined);
    case '$ne':
      return !compares('$eq', value, operand);
    case '$in':
      return Array.isArray(operand) && operand.includes(value);
    case '$nin':
      return !compares('$in', value, operand);
    case '$exists':
      return (value !== undefined && value !== null) === operand;
    case '$gt':
      return difference(value, operand) > 0;
    case '$gte':
      return difference(value, operand) >= 0;
    case '$lt':
      return difference(value, operand) < 0;
    case '$lte':
      return difference(value, operand) <= 0;
  }
}

function difference(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  return Number.NaN;
}

// Conditions that could never hold, always hold, or are read by nobody.
import type { PriceCondition, PromptTokenRange, TimeWindow } from './component.ts';
import { promptTokensBetween, switchFacts, textFacts } from './condition.ts';
import { type PriceProblem, unknownFields } from './price-problem.ts';
import { isTimeZone } from './window.ts';

const conditionFields = [
  'prompt_tokens',
  ...textFacts,
  ...switchFacts,
  'window',
] as const satisfies readonly (keyof PriceCondition)[];
const rangeFields = ['gt', 'gte', 'lt', 'lte'] as const satisfies readonly (keyof PromptTokenRange)[];
const windowFields = [
  'tz',
  'iso_weekdays',
  'from',
  'to',
  'exclude_dates',
] as const satisfies readonly (keyof TimeWindow)[];

export function conditionProblems(when: PriceCondition, path: string): readonly PriceProblem[] {
  const nothing = Object.values(when).every((each) => each === undefined);
  return [
    ...(nothing ? [{ path, message: 'A condition without content always holds: leave it out.' }] : []),
    ...unknownFields(when, conditionFields, path),
    ...(when.prompt_tokens === undefined ? [] : rangeProblems(when, when.prompt_tokens, `${path}.prompt_tokens`)),
    ...textFacts.flatMap((fact) => wordProblems(when[fact], `${path}.${fact}`)),
    ...switchFacts.flatMap((fact) =>
      [undefined, true, false].includes(when[fact])
        ? []
        : [{ path: `${path}.${fact}`, message: `"${String(when[fact])}" is neither true nor false.` }],
    ),
    ...(when.window === undefined ? [] : windowProblems(when.window, `${path}.window`)),
  ];
}

function rangeProblems(when: PriceCondition, range: PromptTokenRange, path: string): readonly PriceProblem[] {
  const unreadable = rangeFields.filter((name) => !isCount(range[name] ?? 0));
  if (unreadable.length > 0) return [{ path, message: `${unreadable.join(', ')}: a whole number of tokens, please.` }];
  const { promptTokensMin, promptTokensMax } = promptTokensBetween(when);
  const always = promptTokensMin === 0 && promptTokensMax === Number.MAX_SAFE_INTEGER;
  return [
    ...unknownFields(range, rangeFields, path),
    ...(promptTokensMin > promptTokensMax ? [{ path, message: 'No number of tokens is in this range.' }] : []),
    ...(always ? [{ path, message: 'Every number of tokens is in this range: leave it out.' }] : []),
  ];
}

function wordProblems(words: readonly string[] | undefined, path: string): readonly PriceProblem[] {
  if (words === undefined) return [];
  const fine =
    Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string' && word !== '');
  return fine ? [] : [{ path, message: 'A list of at least one word, please.' }];
}

function windowProblems(window: TimeWindow, path: string): readonly PriceProblem[] {
  const problems = [...unknownFields(window, windowFields, path)];
  const { tz = 'UTC', iso_weekdays, from, to, exclude_dates = [] } = window;
  if (!isTimeZone(tz)) {
    const message = `Windows are in UTC or at a fixed distance such as "+08:00", not in "${tz}".`;
    problems.push({ path: `${path}.tz`, message });
  }
  if (iso_weekdays !== undefined && !areWeekdays(iso_weekdays)) {
    problems.push({ path: `${path}.iso_weekdays`, message: 'At least one of 1 (Monday) to 7, each once.' });
  }
  if (from === undefined && to === undefined && iso_weekdays === undefined) {
    problems.push({ path, message: 'A window needs weekdays, or hours from and to.' });
  }
  if ((from === undefined) !== (to === undefined)) {
    problems.push({ path, message: 'A window needs both from and to, or neither.' });
  }
  if (from !== undefined && !isTime(from)) problems.push({ path: `${path}.from`, message: `"${from}" is no HH:MM.` });
  if (to !== undefined && to !== '24:00' && !isTime(to)) {
    problems.push({ path: `${path}.to`, message: `"${to}" is no HH:MM.` });
  }
  if (from !== undefined && from === to)
    problems.push({ path, message: 'A window that ends where it begins is none.' });
  for (const [index, date] of exclude_dates.entries()) {
    if (isDate(date)) continue;
    problems.push({ path: `${path}.exclude_dates[${index}]`, message: `"${date}" is no YYYY-MM-DD.` });
  }
  return problems;
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}

function areWeekdays(days: readonly number[]): boolean {
  const distinct = new Set(days);
  return days.length > 0 && distinct.size === days.length && distinct.isSubsetOf(new Set([1, 2, 3, 4, 5, 6, 7]));
}

function isTime(text: string): boolean {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
}

function isDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
}

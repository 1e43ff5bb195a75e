// Windows of time in which a price holds: start inclusive, end exclusive, at a fixed distance from UTC.
import type { TimeWindow } from './component.ts';

const minutesOfDay = 1440;
const minutesOfWeek = 7 * minutesOfDay;
const everyDay = [1, 2, 3, 4, 5, 6, 7];

export interface PreparedWindow {
  readonly weekdays: ReadonlySet<number>;
  /** Minutes by which its clock is ahead of UTC. */
  readonly ahead: number;
  /** Minutes of the day on which the window begins; `end` is above 1440 when it runs over midnight. */
  readonly start: number;
  readonly end: number;
  /** Days since 1970. */
  readonly excludedDays: ReadonlySet<number>;
}

export function prepareWindow(window: TimeWindow): PreparedWindow {
  const start = minuteOf(window.from ?? '00:00');
  const end = minuteOf(window.to ?? '24:00');
  return {
    ahead: minutesAhead(window.tz),
    weekdays: new Set(window.iso_weekdays ?? everyDay),
    start,
    end: end > start ? end : end + minutesOfDay,
    excludedDays: new Set((window.exclude_dates ?? []).map((date) => Date.parse(date) / 86_400_000)),
  };
}

/** @throws RangeError when `instant` is no ISO instant. */
export function insideWindow(window: PreparedWindow, instant: string): boolean {
  const minute = Math.floor(Date.parse(instant) / 60_000) + window.ahead;
  if (Number.isNaN(minute)) throw new RangeError(`"${instant}" is no instant.`);
  const today = Math.floor(minute / minutesOfDay);
  const minuteToday = minute - today * minutesOfDay;
  return begun(window, today, minuteToday) || begun(window, today - 1, minuteToday + minutesOfDay);
}

function begun(window: PreparedWindow, day: number, minute: number): boolean {
  return (
    minute >= window.start &&
    minute < window.end &&
    window.weekdays.has(isoWeekday(day)) &&
    !window.excludedDays.has(day)
  );
}

// 1 January 1970 was a Thursday, the fourth day.
function isoWeekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

export const wholeWeek = (1n << BigInt(minutesOfWeek)) - 1n;

/** One bit for each minute of a week in UTC, from Monday on; excluded dates are not in it. */
export function weekMask(window: TimeWindow): bigint {
  const { weekdays, start, end, ahead } = prepareWindow(window);
  const stretch = (1n << BigInt(end - start)) - 1n;
  let mask = 0n;
  for (const weekday of weekdays) mask |= stretch << BigInt((weekday - 1) * minutesOfDay + start);
  const local = (mask & wholeWeek) | (mask >> BigInt(minutesOfWeek));
  const later = BigInt((minutesOfWeek - ahead) % minutesOfWeek);
  const turned = local << later;
  return (turned & wholeWeek) | (turned >> BigInt(minutesOfWeek));
}

export function weekMinutes(window: TimeWindow | undefined): number {
  if (window === undefined) return minutesOfWeek;
  const { weekdays, start, end } = prepareWindow(window);
  return weekdays.size * (end - start);
}

/** `UTC`, or a distance of less than a day such as `-03:30`. */
export function isTimeZone(text: string): boolean {
  return text === 'UTC' || /^[+-](?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
}

function minutesAhead(tz = 'UTC'): number {
  if (tz === 'UTC') return 0;
  const minutes = minuteOf(tz.slice(1));
  return tz.startsWith('-') ? -minutes : minutes;
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}

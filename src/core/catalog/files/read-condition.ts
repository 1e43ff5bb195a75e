// When a price holds, as it is written in a file; what no such condition can be is said by the check of the whole price.
import type { PriceCondition, TimeWindow } from '#core/pricing/component.ts';
import { switchFacts, textFacts } from '#core/pricing/condition.ts';
import { Fields, type Place, said } from './fields.ts';
import type { Written } from './written.ts';

export function readCondition(written: Written, place: Place): PriceCondition {
  const fields = new Fields(written, place);
  const range = fields.written('prompt_tokens');
  const window = fields.written('window');
  const condition: PriceCondition = {
    ...(range === undefined ? {} : { prompt_tokens: readRange(range, fields.inside('prompt_tokens')) }),
    ...Object.fromEntries(textFacts.filter((fact) => fields.has(fact)).map((fact) => [fact, fields.words(fact)])),
    ...Object.fromEntries(switchFacts.filter((fact) => fields.has(fact)).map((fact) => [fact, fields.yesNo(fact)])),
    ...(window === undefined ? {} : { window: readWindow(window, fields.inside('window')) }),
  };
  fields.nothingElse();
  return condition;
}

function readRange(written: Written, place: Place): NonNullable<PriceCondition['prompt_tokens']> {
  const fields = new Fields(written, place);
  const range = said<NonNullable<PriceCondition['prompt_tokens']>>({
    gt: fields.count('gt'),
    gte: fields.count('gte'),
    lt: fields.count('lt'),
    lte: fields.count('lte'),
  });
  fields.nothingElse();
  return range;
}

function readWindow(written: Written, place: Place): TimeWindow {
  const fields = new Fields(written, place);
  const window = said<TimeWindow>({
    iso_weekdays: fields.has('iso_weekdays') ? fields.words('iso_weekdays').map(Number) : undefined,
    from: fields.text('from'),
    to: fields.text('to'),
    exclude_dates: fields.has('exclude_dates') ? fields.words('exclude_dates') : undefined,
  });
  fields.nothingElse();
  return window;
}

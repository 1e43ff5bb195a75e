// What a row of the required documents' tables asks the catalogue for. The tables stand in document-tables.json as the
// documents have them; what a cell means depends on the columns beside it.
import tables from './document-tables.json' with { type: 'json' };

export interface DocumentTable {
  readonly document: string;
  readonly heading: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const documentTables: readonly DocumentTable[] = tables;

export interface Figure {
  readonly meter: string;
  readonly price: string;
  readonly per: string;
  /** Values that the component's condition has to name, by fact; none: it holds always. */
  readonly when?: Readonly<Record<string, string | boolean>>;
}

export type Wanted =
  | {
      readonly kind: 'model';
      /** Spellings, the fullest first. */
      readonly spellings: readonly string[];
      readonly figures: readonly Figure[];
      readonly context?: string;
      readonly parameters?: string;
      readonly freeTier?: string;
      readonly released?: string;
      readonly notes?: string;
    }
  | {
      readonly kind: 'plan';
      readonly provider: string;
      readonly name: string;
      readonly fields: readonly [string, string][];
    }
  | {
      readonly kind: 'release';
      readonly provider: string;
      readonly model: string;
      readonly dated: string;
      readonly notes: string;
    }
  | {
      readonly kind: 'recommendation';
      readonly area: string;
      readonly useCase: string;
      readonly model: string;
      readonly cost: string;
    };

type Cells = Readonly<Record<string, string>>;

const million = '1000000';

/** One reading for each table: the first whose columns (and heading) fit. */
export function wantedOf(table: DocumentTable, row: readonly string[]): Wanted {
  const cells = Object.fromEntries(table.columns.map((column, index) => [column, row[index] ?? '']));
  const reading = readings.find((each) => each.fits(table));
  if (!reading) throw new Error(`No reading for the table ${table.heading} (${table.columns.join(', ')}).`);
  const wanted = reading.wanted(cells, table, row);
  const notes = cells['Notes'] ?? cells['Best For'];
  return wanted.kind === 'model' && notes !== undefined ? { ...wanted, notes } : wanted;
}

interface TableReading {
  fits(table: DocumentTable): boolean;
  wanted(cells: Cells, table: DocumentTable, row: readonly string[]): Wanted;
}

const has =
  (...columns: readonly string[]) =>
  (table: DocumentTable): boolean =>
    columns.every((column) => table.columns.includes(column));

const readings: readonly TableReading[] = [
  {
    fits: has('Provider', 'Release'),
    wanted: (cells) => {
      const [input = '', output = ''] = amountsIn(cell(cells, 'Pricing (per 1M tokens)'));
      const spellings = [cell(cells, 'Model'), `${cell(cells, 'Provider')} ${cell(cells, 'Model')}`];
      return { ...model(spellings, tokens(million, { input, output })), released: cell(cells, 'Release') };
    },
  },
  {
    fits: (table) => has('Input/1M')(table),
    wanted: (cells) => {
      const name = cell(cells, 'Model');
      const more = {
        ...(cells['Context'] === undefined ? {} : { context: cells['Context'] }),
        ...(cells['Params'] === undefined ? {} : { parameters: cells['Params'] }),
      };
      const [input, output] = [cell(cells, 'Input/1M'), cells['Output/1M'] ?? cell(cells, 'Output')];
      return { ...model([name.replace(' (cached)', ''), name], tokenFigures(name, input, output)), ...more };
    },
  },
  {
    fits: has('Batch Input'),
    wanted: (cells) =>
      model(
        [cell(cells, 'Model')],
        [
          ...tokens('1000', { input: cell(cells, 'Input/1K'), output: cell(cells, 'Output/1K') }),
          ...tokens(
            '1000',
            { input: cell(cells, 'Batch Input'), output: cell(cells, 'Batch Output') },
            { batch: true },
          ),
        ],
      ),
  },
  {
    fits: has('Input/1K'),
    wanted: (cells) => ({
      ...model(
        [cell(cells, 'Model')],
        tokens('1000', { input: cell(cells, 'Input/1K'), output: cell(cells, 'Output/1K') }),
      ),
      ...(cells['Free Tier'] === undefined ? {} : { freeTier: cells['Free Tier'] }),
    }),
  },
  {
    fits: (table) => table.columns.some((column) => column.startsWith('Typical Per Request')),
    wanted: (cells, { columns: [, input = '', output = '', typical = ''] }) =>
      model(
        [cell(cells, 'Model')],
        [
          ...tokens(input.includes('1M') ? million : '1000', {
            input: cell(cells, input),
            output: cell(cells, output),
          }),
          { meter: 'request', price: amountIn(cell(cells, typical)), per: '1' },
        ],
      ),
  },
  {
    fits: has('Service'),
    wanted: (cells) => {
      const name = cell(cells, 'Service');
      const price = amountIn(cell(cells, 'Pricing'));
      if (name === 'Nova Forge') return { kind: 'plan', provider: 'amazon', name, fields: [['unit_price_usd', price]] };
      return model([name], [{ meter: 'agent_hour', price, per: '1' }]);
    },
  },
  {
    fits: (table) => has('Model', 'Params', 'Context')(table),
    wanted: (cells) => ({
      ...model([cell(cells, 'Model')], []),
      context: cell(cells, 'Context'),
      parameters: cell(cells, 'Params'),
    }),
  },
  {
    fits: has('Megapixel Rate'),
    wanted: (cells) => {
      const [image, rate] = [amountIn(cell(cells, 'Per Image')), cell(cells, 'Megapixel Rate')];
      const first = { meter: 'megapixel_first', price: image, per: '1' };
      if (rate.includes('after 1st')) {
        return model([cell(cells, 'Model')], [first, { meter: 'megapixel_next', price: amountIn(rate), per: '1' }]);
      }
      const each = { meter: rate === '-' ? 'image' : 'megapixel', price: image, per: '1' };
      return model([cell(cells, 'Model')], [each]);
    },
  },
  {
    fits: (table) => has('Model', 'Notes')(table) && (has('Per Image')(table) || has('Price')(table)),
    wanted: (cells) =>
      model(
        [cell(cells, 'Model')],
        [{ meter: 'image', price: amountIn(cells['Per Image'] ?? cell(cells, 'Price')), per: '1' }],
      ),
  },
  {
    fits: has('Resolution', 'Quality'),
    wanted: (cells) =>
      model(
        ['DALL-E 3'],
        [
          {
            meter: 'image',
            price: amountIn(cell(cells, 'Price')),
            per: '1',
            when: { size: cell(cells, 'Resolution'), quality: cell(cells, 'Quality').toLowerCase() },
          },
        ],
      ),
  },
  {
    fits: has('Est. Cost'),
    wanted: (cells) =>
      model(['Runway Gen-4.5'], [{ meter: 'video_clip', price: amountIn(cell(cells, 'Est. Cost')), per: '1' }]),
  },
  {
    fits: has('Duration', 'Resolution', 'Price'),
    wanted: (cells) =>
      model(
        ['Kling 2.6 (Runware)'],
        amountsIn(cell(cells, 'Price')).map((price) => ({
          meter: 'video_clip',
          price,
          per: '1',
          when: { duration: '5s' },
        })),
      ),
  },
  {
    fits: has('Per Second'),
    wanted: (cells) => {
      const size = cell(cells, 'Resolution') === '720p' ? '1280x720' : cell(cells, 'Resolution');
      const name = cell(cells, 'Model');
      const when = name === 'Sora 2' ? {} : { when: { size } };
      return model([name], [{ meter: 'video_second', price: amountIn(cell(cells, 'Per Second')), per: '1', ...when }]);
    },
  },
  {
    fits: has('Model', 'Duration', 'Price'),
    wanted: (cells) => {
      const [duration = '', resolution = ''] = cell(cells, 'Duration').split(' ');
      const name = cell(cells, 'Model');
      return model(
        [name, `Hailuo ${name}`],
        [{ meter: 'video_clip', price: amountIn(cell(cells, 'Price')), per: '1', when: { duration, resolution } }],
      );
    },
  },
  {
    fits: has('Per 1M chars'),
    wanted: (cells) =>
      model(
        [cell(cells, 'Model')],
        [{ meter: 'character', price: amountIn(cell(cells, 'Per 1M chars')), per: million }],
      ),
  },
  {
    fits: (table) => table.columns[0] === 'Feature' || table.columns.join() === 'Duration,Credits',
    wanted: (_, { heading }) => model([describedIn(heading)], []),
  },
  {
    fits: has('Use Case'),
    wanted: (cells, { heading }) => ({
      kind: 'recommendation',
      area: /(Text|Image|Video) Generation/.exec(heading)?.[1]?.toLowerCase() ?? '',
      useCase: cell(cells, 'Use Case'),
      model: cell(cells, 'Model'),
      cost: cells['Cost/1M'] ?? cell(cells, 'Cost'),
    }),
  },
  {
    fits: has('Date', 'Impact'),
    wanted: (cells) => ({
      kind: 'release',
      provider: cell(cells, 'Provider'),
      model: cell(cells, 'Model'),
      dated: cell(cells, 'Date'),
      notes: cell(cells, 'Impact'),
    }),
  },
  {
    fits: has('Expected'),
    wanted: (cells) => ({
      kind: 'release',
      provider: cell(cells, 'Provider'),
      model: cell(cells, 'Model'),
      dated: cell(cells, 'Expected'),
      notes: cell(cells, 'Notes'),
    }),
  },
  { fits: has('Plan'), wanted: (cells, { heading }, row) => planOf(cells, heading, row) },
];

function model(spellings: readonly string[], figures: readonly Figure[]): Extract<Wanted, { kind: 'model' }> {
  return { kind: 'model', spellings, figures };
}

function tokens(per: string, prices: Readonly<Record<string, string>>, when?: Figure['when']): readonly Figure[] {
  return Object.entries(prices).map(([meter, price]) => ({
    meter,
    price: amountIn(price),
    per,
    ...(when === undefined ? {} : { when }),
  }));
}

function tokenFigures(name: string, input: string, output: string): readonly Figure[] {
  if (input === 'TBD') return [];
  if (name === 'Imagen 3') return [{ meter: 'image', price: amountIn(input), per: '1' }];
  if (output.includes('/')) {
    const [text = '', image = ''] = amountsIn(output);
    return tokens(million, { input, output: text, output_image: image });
  }
  if (name.includes('(cached)')) return tokens(million, { cache_read: input, output });
  return tokens(million, { input, output });
}

function describedIn(heading: string): string {
  const known = { Runway: 'Runway Gen-4.5', Luma: 'Luma Ray3', Kling: 'Kling 2.6', Veo: 'Veo 3.1' };
  const found = Object.entries(known).find(([word]) => heading.includes(word));
  if (!found) throw new Error(`Whose features are in ${heading}?`);
  return found[1];
}

const planFields: Readonly<Record<string, string>> = {
  'Tier Type': 'tier_type',
  Price: 'unit_price_usd',
  'Price/mo': 'unit_price_usd',
  'Trial Credit': 'trial_credit_usd',
  RPM: 'rpm_limit',
  TPM: 'tpm_limit',
  RPD: 'rpd_limit',
  TPD: 'tpd_limit',
  Images: 'contents.images',
  'Per Image': 'contents.per_image',
  Credits: 'contents.credits',
  'Credits/mo': 'contents.credits',
  Notes: 'contents.notes',
  'Per 5s Video': 'contents.per_5s_video',
  Minutes: 'contents.minutes',
  'Per Song': 'contents.per_song',
};

const planProviders = [
  'openai',
  'anthropic',
  'gemini',
  'midjourney',
  'runway',
  'luma',
  'kling',
  'pika',
  'elevenlabs',
  'suno',
  'udio',
];

function planOf(cells: Cells, heading: string, row: readonly string[]): Wanted {
  const provider = planProviders.find((name) => heading.toLowerCase().includes(name));
  if (provider === undefined) throw new Error(`Whose plans are in ${heading}?`);
  const fields = Object.entries(cells).flatMap(([column, value]): [string, string][] => {
    const field = planFields[column];
    if (column === 'Plan' || value === '-' || value === '') return [];
    if (field === undefined) throw new Error(`What is the column ${column} of a plan?`);
    return [[field, field.startsWith('contents') || field === 'tier_type' ? value : plainNumber(value)]];
  });
  // Two rows have a cell more than their table has columns.
  const discount = /^(\d+)% discount$/.exec(row.at(-1) ?? '')?.[1];
  return {
    kind: 'plan',
    provider,
    name: cell(cells, 'Plan'),
    fields: discount === undefined ? fields : [...fields, ['discount_percentage', discount]],
  };
}

function cell(cells: Cells, column: string): string {
  const value = cells[column];
  if (value === undefined) throw new Error(`There is no column ${column}.`);
  return value;
}

function plainNumber(text: string): string {
  return text.replaceAll(/[$,]/g, '');
}

/** FREE is zero. */
function amountIn(text: string): string {
  if (text === 'FREE') return '0';
  const [amount] = amountsIn(text);
  if (amount === undefined) throw new Error(`"${text}" has no amount.`);
  return amount;
}

function amountsIn(text: string): readonly string[] {
  return /^\d/.test(text) ? [text] : (text.replaceAll(',', '').match(/(?<=\$|-)[\d.]+/g) ?? []);
}

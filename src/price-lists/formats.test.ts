import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '#core/price-sync/candidate.ts';
import { shiftDecimal } from '#core/money/decimal-text.ts';
import { type FormatName, readPriceList } from './formats.ts';
import { parseLossless } from '#core/lossless-json.ts';
import type { ListReading } from './reading.ts';

function read(text: string, name = 'openai.json'): ListReading & { readonly format: FormatName } {
  const outcome = readPriceList({ name, text });
  if (outcome.kind === 'skipped') throw new Error(outcome.why);
  return { format: outcome.format, ...outcome.reading };
}

function shown({ candidates }: ListReading): readonly string[] {
  return candidates.map(
    ({ provider, model, meter, price, per, when, starts }) =>
      `${provider} ${model} ${meter} ${price}/${per}${when ? ` ${JSON.stringify(when)}` : ''}${starts === undefined ? '' : ` from ${starts}`}`,
  );
}

function left({ unexpressed }: ListReading): readonly string[] {
  return unexpressed.map(({ field, count }) => `${count} ${field}`);
}

/** A list of each format with one price, written as it is given. */
const oneOf: Readonly<Record<FormatName, (price: string) => string>> = {
  litellm: (price) => `{"m": {"litellm_provider": "maker", "mode": "chat", "input_cost_per_token": ${price}}}`,
  'genai-prices': (price) =>
    `[{"id": "maker", "models": [{"id": "m", "match": {"equals": "m"}, "prices": {"input_mtok": ${price}}}]}]`,
  openrouter: (price) => `{"data": [{"id": "maker/m", "pricing": {"prompt": "${price}"}}]}`,
  portkey: (price) => `{"m": {"pricing_config": {"pay_as_you_go": {"request_token": {"price": ${price}}}}}}`,
};

/** From the list's unit to that of a million tokens. */
const places: Readonly<Record<FormatName, number>> = { litellm: 6, 'genai-prices': 0, openrouter: 6, portkey: 4 };
const formats = Object.keys(oneOf) as readonly FormatName[];

function priceThrough(format: FormatName, text: string): Candidate | undefined {
  const { candidates, format: found } = read(oneOf[format](text));
  expect(found).toBe(format);
  return candidates[0];
}

describe.each(formats)('a price in the format %s', (format) => {
  test.each(['0.1', '1e-7', '0.0375', '0.00000000875', '2.5E-06', '15'])('keeps the text of %s', (text) => {
    const candidate = priceThrough(format, text);
    expect(candidate).toMatchObject({ meter: 'input', per: '1000000', currency: 'usd' });
    expect(shiftDecimal(candidate?.price ?? '', -places[format])).toBe(shiftDecimal(text));
  });

  test('keeps every digit of any decimal', () => {
    const decimals = fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 20n }), fc.integer({ min: -12, max: 3 }))
      .map(([digits, power]) => `${digits}e${power}`);
    fc.assert(
      fc.property(decimals, (text) => {
        expect(shiftDecimal(priceThrough(format, text)?.price ?? '', -places[format])).toBe(shiftDecimal(text));
      }),
    );
  });
});

test('numbers keep the text they were written with', () => {
  const value = parseLossless('{"a": [1.10, 1e-7, 0.30000000000000004], "b": "1.10"}');
  expect(JSON.stringify(value)).toBe(
    '{"a":[{"text":"1.10"},{"text":"1e-7"},{"text":"0.30000000000000004"}],"b":"1.10"}',
  );
});

test.each([
  ['not json', 'it is no JSON'],
  ['{"a": 1}', 'no known format'],
  ['[]', 'no known format'],
  ['{}', 'no known format'],
])('%s is no price list, and it is said why', (text, why) => {
  expect(readPriceList({ name: 'x.json', text })).toMatchObject({ kind: 'skipped', why: expect.stringContaining(why) });
});

test('a file that is not in the format that was named is not read in another one', () => {
  expect(readPriceList({ name: 'x.json', text: oneOf.litellm('1') }, 'portkey')).toMatchObject({ kind: 'skipped' });
});

test('a name that its maker gives to other models is doubtful in every list', () => {
  const { candidates } = read(
    '{"deepseek/deepseek-chat": {"litellm_provider": "deepseek", "input_cost_per_token": 1}}',
  );
  expect(candidates).toMatchObject([{ provider: 'deepseek', model: 'deepseek-chat', doubts: ['moving_name'] }]);
});

describe('LiteLLM’s cost map', () => {
  const model = (fields: object, name = 'm', provider = 'maker', mode = 'chat'): ListReading =>
    read(JSON.stringify({ [name]: { litellm_provider: provider, mode, ...fields } }));

  test('conditions at the end of a field are conditions of the price', () => {
    const reading = model({
      input_cost_per_token: 1,
      input_cost_per_token_above_200k_tokens: 2,
      input_cost_per_token_batches: 3,
      input_cost_per_token_flex: 4,
      output_cost_per_token_above_128k_tokens_priority: 5,
      cache_read_input_token_cost_above_272k_tokens: 6,
      cache_creation_input_token_cost: 7,
      cache_creation_input_token_cost_above_1hr: 8,
      cache_creation_input_token_cost_above_1hr_above_200k_tokens: 9,
    });
    expect(shown(reading)).toEqual([
      'maker m input 1000000/1000000',
      'maker m input 2000000/1000000 {"prompt_tokens":{"gt":200000}}',
      'maker m input 3000000/1000000 {"service_tier":["batch"]}',
      'maker m input 4000000/1000000 {"service_tier":["flex"]}',
      'maker m output 5000000/1000000 {"prompt_tokens":{"gt":128000},"service_tier":["priority"]}',
      'maker m cache_read 6000000/1000000 {"prompt_tokens":{"gt":272000}}',
      'maker m cache_write 7000000/1000000',
      'maker m cache_write_1h 8000000/1000000',
      'maker m cache_write_1h 9000000/1000000 {"prompt_tokens":{"gt":200000}}',
    ]);
  });

  test('one maker counts the threshold itself as a long prompt', () => {
    const reading = model({ input_cost_per_token_above_128k_tokens: 1 }, 'xai/grok-9', 'xai');
    expect(shown(reading)).toEqual(['xai grok-9 input 1000000/1000000 {"prompt_tokens":{"gte":128000}}']);
  });

  test('every kind of token has its meter', () => {
    const reading = model({
      input_cost_per_audio_token: 1,
      output_cost_per_audio_token: 1,
      input_cost_per_image_token: 1,
      output_cost_per_image_token: 1,
      input_cost_per_video_token: 1,
      output_cost_per_video_token: 1,
      output_cost_per_reasoning_token: 1,
      citation_cost_per_token: 1,
      cache_read_input_audio_token_cost: 1,
      cache_read_input_image_token_cost: 1,
      input_cost_per_token_cache_hit: 1,
    });
    expect(reading.candidates.map(({ meter }) => meter)).toEqual([
      'input_audio',
      'output_audio',
      'input_image',
      'output_image',
      'input_video',
      'output_video',
      'reasoning',
      'citation',
      'cache_read_audio',
      'cache_read_image',
      'cache_read',
    ]);
  });

  test.each([
    ['audio_transcription', { input_cost_per_second: '0.0001' }, 'audio_second_in 0.0001/1'],
    ['audio_speech', { output_cost_per_second: '0.00025' }, 'audio_second_out 0.00025/1'],
    ['audio_speech', { input_cost_per_character: '0.000015' }, 'character 15/1000000'],
    ['video_generation', { output_cost_per_video_per_second: '0.1' }, 'video_second 0.1/1'],
    ['video_generation', { output_cost_per_second_1080p: '0.7' }, 'video_second 0.7/1 {"resolution":["1080p"]}'],
    ['image_generation', { output_cost_per_image: '0.04' }, 'image 0.04/1'],
    ['image_generation', { input_cost_per_pixel: '0.00000004' }, 'megapixel 0.04/1'],
    ['rerank', { input_cost_per_query: '0.002' }, 'search_unit 0.002/1'],
    ['search', { input_cost_per_query: '0.005' }, 'web_search_call 5/1000'],
    ['ocr', { ocr_cost_per_page: '0.001' }, 'page 0.001/1'],
    ['chat', { input_cost_per_request: '0.005' }, 'request 0.005/1'],
    ['chat', { file_search_cost_per_1k_calls: '2.5' }, 'file_search_call 2.5/1000'],
    ['chat', { vector_store_cost_per_gb_per_day: '0.1' }, 'gb_day 0.1/1'],
    ['chat', { code_interpreter_cost_per_session: '0.03' }, 'code_session 0.03/1'],
  ])('of the kind %s, %j is a price', (mode, fields, price) => {
    const numbers = JSON.stringify({ m: { litellm_provider: 'maker', mode, ...fields } });
    expect(shown(read(numbers))).toEqual([`maker m ${price}`]);
  });

  test('searches cost by the size of their context, or one price where all sizes cost the same', () => {
    const sizes = (low: string, medium: string, high: string): object => ({
      search_context_cost_per_query: {
        search_context_size_low: low,
        search_context_size_medium: medium,
        search_context_size_high: high,
      },
    });
    expect(shown(model(sizes('0.01', '0.010', '0.01')))).toEqual(['maker m web_search_call 10/1000']);
    expect(shown(model(sizes('0.005', '0.008', '0.012'), 'perplexity/sonar', 'perplexity'))).toEqual([
      'perplexity sonar request 0.005/1 {"search_context":["low"]}',
      'perplexity sonar request 0.008/1 {"search_context":["medium"]}',
      'perplexity sonar request 0.012/1 {"search_context":["high"]}',
    ]);
  });

  test('tiers by range are more than their start, up to their end', () => {
    const reading = model({
      tiered_pricing: [
        { range: [0, 32000], input_cost_per_token: '0.0000012' },
        { range: [32000, 128000], input_cost_per_token: '0.0000024' },
        { max_results_range: [0, 10], input_cost_per_query: '0.1' },
      ],
    });
    expect(shown(reading)).toEqual([
      'maker m input 1.2/1000000 {"prompt_tokens":{"lte":32000}}',
      'maker m input 2.4/1000000 {"prompt_tokens":{"gt":32000,"lte":128000}}',
    ]);
    expect(left(reading)).toEqual(['1 tiered_pricing']);
  });

  test('hours and weekdays make windows; hours elsewhere on earth are named and left', () => {
    const rates = { input_cost_per_token: '0.000001' };
    expect(shown(model({ off_peak_pricing: { hours_utc: '16:30-00:30', rates } }))).toEqual([
      'maker m input 1/1000000 {"window":{"from":"16:30","to":"00:30"}}',
    ]);
    expect(
      shown(model({ off_peak_pricing: { windows: [{ hours_utc: '01:00-04:00', weekdays: ['mon', 'fri'] }], rates } })),
    ).toEqual(['maker m input 1/1000000 {"window":{"from":"01:00","to":"04:00","iso_weekdays":[1,5]}}']);
    const elsewhere = {
      windows: [{ hours_utc: '01:00-04:00', weekdays: ['mon'] }],
      weekday_timezone: 'Asia/Shanghai',
      rates,
    };
    expect(left(model({ off_peak_pricing: elsewhere }))).toEqual(['1 off_peak_pricing']);
  });

  test('factors for regions and speeds are multiplied out, exactly', () => {
    const reading = read(
      '{"m": {"litellm_provider": "maker", "mode": "chat", "input_cost_per_token": 0.0000025, ' +
        '"regional_processing_uplift_multiplier_eu": 1.1, "provider_specific_entry": {"us": 1.1, "fast": 6, "odd_thing": 2}}}',
    );
    expect(shown(reading)).toEqual([
      'maker m input 2.5/1000000',
      'maker m input 2.75/1000000 {"region":["eu"]}',
      'maker m input 2.75/1000000 {"region":["us"]}',
      'maker m input 15/1000000 {"speed":["fast"]}',
    ]);
    expect(left(reading)).toEqual(['1 provider_specific_entry.odd_thing']);
  });

  test('a name that tells size and quality makes conditions of them', () => {
    expect(
      shown(model({ output_cost_per_image: '0.08' }, 'hd/1024-x-1024/dall-e-3', 'openai', 'image_generation')),
    ).toEqual(['openai dall-e-3 image 0.08/1 {"quality":["hd"],"size":["1024x1024"]}']);
  });

  test('what our words cannot say is named with its count, and what is no price is not', () => {
    const reading = model({
      input_dbu_cost_per_token: 1,
      input_cost_per_video_per_second: 1,
      input_cost_per_video_per_second_above_8s_interval: 1,
      cache_creation_input_audio_token_cost: 1,
      google_maps_grounding_cost_per_query: 1,
      computer_use_input_cost_per_1k_tokens: 1,
      annotation_cost_per_page: 1,
      guardrail_cost_per_unit: { a: 1 },
      web_search_billing_unit: 'per_prompt',
      regional_endpoint_uplift_multiplier: 1.1,
      some_new_cost_of_tomorrow: 1,
      max_tokens: 10,
      supports_vision: true,
    });
    expect(reading.candidates).toEqual([]);
    expect(reading.unexpressed.map(({ field }) => field).toSorted()).toEqual(
      [
        'input_dbu_cost_per_token',
        'input_cost_per_video_per_second',
        'input_cost_per_video_per_second_above_8s_interval',
        'cache_creation_input_audio_token_cost',
        'google_maps_grounding_cost_per_query',
        'computer_use_input_cost_per_1k_tokens',
        'annotation_cost_per_page',
        'guardrail_cost_per_unit',
        'web_search_billing_unit',
        'regional_endpoint_uplift_multiplier',
        'some_new_cost_of_tomorrow',
      ].toSorted(),
    );
  });
});

describe('genai-prices', () => {
  const list = (prices: unknown, match: object = { equals: 'm' }): ListReading =>
    read(JSON.stringify([{ id: 'x-ai', models: [{ id: 'm', match, prices }] }]));

  test('tiers begin above their start, or at it for the maker that counts it so', () => {
    const prices = { input_mtok: { base: 3, tiers: [{ start: 200000, price: 6 }] }, requests_kcount: 12 };
    expect(shown(list(prices))).toEqual([
      'xai m input 3/1000000',
      'xai m input 6/1000000 {"prompt_tokens":{"gte":200000}}',
      'xai m request 0.012/1',
    ]);
  });

  test('days begin regimes, hours make windows, and other constraints are named and left', () => {
    const reading = list([
      { prices: { input_mtok: 1 } },
      { constraint: { start_date: '2026-09-01' }, prices: { input_mtok: 2 } },
      { constraint: { start_time: '00:30:00Z', end_time: '16:30:00Z' }, prices: { input_mtok: 3 } },
      { constraint: { phase_of_the_moon: 'full' }, prices: { input_mtok: 4 } },
    ]);
    expect(shown(reading)).toEqual([
      'xai m input 1/1000000',
      'xai m input 2/1000000 from 2026-09-01',
      'xai m input 3/1000000 {"window":{"from":"00:30","to":"16:30"}}',
    ]);
    expect(left(reading)).toEqual(['1 constraint']);
  });

  test('other names that must match wholly are priced too, and patterns are not', () => {
    const match = { or: [{ equals: 'm-2026' }, { starts_with: 'm-' }] };
    expect(shown(list({ input_mtok: 1 }, match))).toEqual(['xai m input 1/1000000', 'xai m-2026 input 1/1000000']);
  });

  test('a field that nobody knows is named', () => {
    expect(left(list({ telepathy_mtok: 1 }))).toEqual(['1 telepathy_mtok']);
  });
});

describe('OpenRouter’s models', () => {
  const model = (pricing: object, id = 'maker/m'): ListReading => read(JSON.stringify({ data: [{ id, pricing }] }));

  test('prices are per token, per call and per search', () => {
    const pricing = {
      prompt: '0.000003',
      completion: '0.000015',
      request: '0',
      image: '0.000003',
      web_search: '0.01',
      internal_reasoning: '0.000015',
      input_cache_read: '0.0000003',
      input_cache_write: '0.00000375',
    };
    expect(shown(model(pricing, 'anthropic/claude-9'))).toEqual([
      'openrouter anthropic/claude-9 input 3/1000000',
      'openrouter anthropic/claude-9 output 15/1000000',
      'openrouter anthropic/claude-9 input_image 3/1000000',
      'openrouter anthropic/claude-9 web_search_call 10/1000',
      'openrouter anthropic/claude-9 reasoning 15/1000000',
      'openrouter anthropic/claude-9 cache_read 0.3/1000000',
      'openrouter anthropic/claude-9 cache_write_5m 3.75/1000000',
    ]);
  });

  test('an image whose unit is not said is left, and a discount makes its prices doubtful', () => {
    const reading = model({ prompt: '0.000003', image: '0.0048', discount: 0.5 });
    expect(left(reading)).toEqual(['1 image']);
    expect(reading.candidates).toMatchObject([{ doubts: ['list_discount'] }]);
  });

  test('of overrides the later entry wins for each field, and conditions that cannot be said are named', () => {
    const reading = model({
      prompt: '1',
      overrides: [
        { min_prompt_tokens: 200000, prompt: '2' },
        { min_prompt_tokens: 200000, prompt: '3' },
        { utc_days: ['sat', 'sun'], prompt: '4' },
        { min_prompt_tokens: 'many', prompt: '5' },
      ],
    });
    expect(shown(reading)).toEqual([
      'openrouter maker/m input 1000000/1000000',
      'openrouter maker/m input 3000000/1000000 {"prompt_tokens":{"gt":200000}}',
      'openrouter maker/m input 4000000/1000000 {"window":{"iso_weekdays":[6,7]}}',
    ]);
    expect(left(reading)).toEqual(['1 overrides']);
  });
});

describe('Portkey’s pricing files', () => {
  const file = (entry: object, name = 'm'): ListReading => read(JSON.stringify({ [name]: entry }), 'mistral-ai.json');
  const plain = (prices: object): object => ({ pricing_config: { pay_as_you_go: prices } });

  test('the file names the provider, prices are cents, and units have theirs', () => {
    const reading = file(
      plain({
        request_token: { price: 0.00025 },
        response_token: { price: 0.001 },
        additional_units: {
          web_search: { price: 1 },
          cache_write_1h: { price: 0.0006 },
          video_duration_seconds_1280_720: { price: 10 },
          web_search_low_context: { price: 3 },
          default_steps: { price: 28 },
          x_search: { price: 0.5 },
        },
      }),
    );
    expect(shown(reading)).toEqual([
      'mistral m input 2.5/1000000',
      'mistral m output 10/1000000',
      'mistral m web_search_call 10/1000',
      'mistral m cache_write_1h 6/1000000',
      'mistral m video_second 0.1/1 {"size":["1280x720"]}',
      'mistral m web_search_call 30/1000 {"search_context":["low"]}',
    ]);
    expect(left(reading)).toEqual(['1 additional_units.default_steps', '1 additional_units.x_search']);
  });

  test('what it lists as Zhipu is sold by Z.AI', () => {
    expect(shown(read(oneOf.portkey('0.00006'), 'zhipu.json'))).toEqual(['zai m input 0.6/1000000']);
  });

  test('images cost by quality and size', () => {
    const image = { default: { default: { price: 4 } }, hd: { '1024x1024': { price: 8 } } };
    expect(shown(file(plain({ image })))).toEqual([
      'mistral m image 0.04/1',
      'mistral m image 0.08/1 {"quality":["hd"],"size":["1024x1024"]}',
    ]);
  });

  test('regions, modes and context tiers are conditions, and a mode without long prompts says how long they are', () => {
    const cell = (price: number): object => ({ pricing_config: { pay_as_you_go: { request_token: { price } } } });
    const reading = file({
      ...plain({ request_token: { price: 0.0001 } }),
      custom_pricing: {
        context_tier_map: { '0': 'short', '272000': 'long' },
        regions: {
          default: {
            execution_modes: {
              standard: { context_tiers: { short: cell(0.0001), long: cell(0.0002) } },
              priority: { context_tiers: { short: cell(0.0003) } },
              fast: cell(0.0006),
              telepathic: cell(1),
            },
          },
          'eu, us': { execution_modes: { batch: cell(0.00005) } },
        },
      },
    });
    expect(shown(reading)).toEqual([
      'mistral m input 1/1000000',
      'mistral m input 2/1000000 {"prompt_tokens":{"gt":272000}}',
      'mistral m input 3/1000000 {"service_tier":["priority"],"prompt_tokens":{"lte":272000}}',
      'mistral m input 6/1000000 {"speed":["fast"]}',
      'mistral m input 0.5/1000000 {"region":["eu","us"],"service_tier":["batch"]}',
    ]);
    expect(left(reading)).toEqual(['1 execution_modes.telepathic']);
  });

  test('a model that stands there twice, for short and for long prompts, is one', () => {
    const text = JSON.stringify({
      'm-lte-128k': plain({ request_token: { price: 0.0001 }, response_token: { price: 0.0004 } }),
      'm-gt-128k': plain({ request_token: { price: 0.0002 }, response_token: { price: 0.0004 } }),
    });
    expect(shown(read(text, 'google.json'))).toEqual([
      'google m input 1/1000000',
      'google m output 4/1000000',
      'google m input 2/1000000 {"prompt_tokens":{"gt":128000}}',
    ]);
  });

  test('zeros that nobody filled in are named, and what is for no model or for training', () => {
    const reading = read(
      JSON.stringify({
        default: plain({ request_token: { price: 0 } }),
        m: {
          pricing_config: {
            pay_as_you_go: { request_token: { price: 0 }, image: { default: { default: { price: 4 } } } },
            finetune_config: { pay_per_token: { price: 1 } },
            calculate: { request: {} },
            fixed_cost: { price: 5 },
          },
        },
      }),
    );
    expect(shown(reading)).toEqual(['openai m image 0.04/1', 'openai m request 0.05/1']);
    expect(left(reading).toSorted()).toEqual(['1 calculate', '1 default', '1 finetune_config', '1 request_token']);
  });

  test('another currency is that currency', () => {
    const { candidates } = file({
      pricing_config: { currency: 'CNY', pay_as_you_go: { request_token: { price: 0.0001 } } },
    });
    expect(candidates).toMatchObject([{ currency: 'cny', price: '1' }]);
  });
});

// Forms that may be wrong: in their parts, in what stands above a part, in the boundary between them.
import type { Chance } from '#test/simulation/chance.ts';
import { type Foreign, hostileValue, strangeNames } from './hostile.ts';

export interface Part {
  readonly name: string;
  readonly bytes: Buffer;
  readonly fileName?: string;
  readonly mediaType?: string;
  /** More lines above it, as they are. */
  readonly lines?: readonly string[];
}

export interface WrittenForm {
  readonly contentType: string;
  readonly body: Buffer;
}

const bytesMax = 2_000_000;

const boundary = 'fuzz-boundary-1';

/** As clients write it. */
export function writeForm(parts: readonly Part[], by = boundary): WrittenForm {
  const written = parts.flatMap((part) => [Buffer.from(`--${by}\r\n`), writtenPart(part), Buffer.from('\r\n')]);
  return {
    contentType: `multipart/form-data; boundary=${by}`,
    body: Buffer.concat([...written, Buffer.from(`--${by}--\r\n`)]),
  };
}

/** The fields of an object as parts. */
export function fieldsOf(fields: Readonly<Record<string, string>>): readonly Part[] {
  return Object.entries(fields).map(([name, value]) => ({ name, bytes: Buffer.from(value) }));
}

export function mutatedForm(sample: readonly Part[], chance: Chance, foreign: Foreign): WrittenForm {
  let parts = [...sample];
  const times = chance.weighted([
    [4, 0],
    [6, 1],
    [3, 3],
  ]);
  for (let time = 0; time < times; time += 1) parts = mutatedParts(parts, chance, foreign);
  const form = writeForm(parts);
  return chance.odds(0.3) ? mutatedWhole(form, chance) : form;
}

function mutatedParts(parts: readonly Part[], chance: Chance, foreign: Foreign): Part[] {
  const at = chance.below(Math.max(1, parts.length));
  const part = parts[at] ?? { name: 'model', bytes: Buffer.from('x') };
  const others = parts.filter((_each, index) => index !== at);
  const value = (): Buffer => Buffer.from(chance.odds(0.5) ? hostileValue(chance, foreign) : chance.pick(values));
  return chance.pick<() => Part[]>([
    () => [...others, { ...part, bytes: value() }],
    () => [...others, { ...part, bytes: value() }],
    () => others,
    () => [...parts, part],
    () => [...parts, { name: chance.pick(strangeNames), bytes: value() }],
    () => [...parts, { ...part, name: chance.pick(names), fileName: chance.pick(fileNames) }],
    () => [...others, { ...part, fileName: chance.pick(fileNames) }],
    () => [...others, { ...part, mediaType: chance.pick(mediaTypes), fileName: part.fileName ?? 'a' }],
    () => [...others, { ...part, lines: [chance.pick(lines)] }],
    () => [...others, { name: part.name, bytes: part.bytes }],
    () => Array.from({ length: Math.min(chance.pick([3, 63, 64, 65, 5_000]), timesMax(part)) }, () => part),
    () =>
      Array.from({ length: chance.pick([20, 100]) }, (_, index) => ({ ...part, name: `${part.name}${index}` })).slice(
        0,
        timesMax(part),
      ),
    () => [...others, { ...part, bytes: Buffer.alloc(chance.pick([0, 1, 70_000, 1_100_000]), 'x') }],
    () => [...others, { ...part, bytes: writeForm([part]).body }],
  ])();
}

/** A mutation of a mutation may be long already. */
function timesMax({ bytes }: Part): number {
  return Math.ceil(bytesMax / (bytes.length + 100));
}

function mutatedWhole({ contentType, body }: WrittenForm, chance: Chance): WrittenForm {
  const text = body.toString('latin1');
  const at = chance.below(body.length + 1);
  const retold = (said: string): Buffer => Buffer.from(said, 'latin1');
  return chance.pick<() => WrittenForm>([
    () => ({ contentType: chance.pick(contentTypes), body }),
    () => ({ contentType: chance.pick(contentTypes), body }),
    () => ({ contentType, body: body.subarray(0, at) }),
    () => ({ contentType, body: body.subarray(at) }),
    () => ({ contentType, body: retold(text.replaceAll('\r\n', '\n')) }),
    () => ({ contentType, body: retold(text.replaceAll('\r\n', '\r')) }),
    () => ({ contentType, body: retold(text.replace(`--${boundary}--`, `--${boundary}`)) }),
    () => ({ contentType, body: retold(text.replaceAll(boundary, boundary.toUpperCase())) }),
    () => ({ contentType, body: retold(`preamble\r\n${text}epilogue`) }),
    () => ({ contentType, body: Buffer.concat([body, body]) }),
    () => ({ contentType, body: retold(text.replaceAll('form-data', 'attachment')) }),
    () => ({ contentType, body: retold(text.replaceAll('; name=', ';\tname=')) }),
    () => ({ contentType, body: retold(text.replaceAll(/name="(\w+)"/g, 'name=$1')) }),
    () => ({
      contentType,
      body: retold(text.slice(0, at) + chance.pick(['\u0000', '\r', '"', '--', '\u00ff']) + text.slice(at)),
    }),
    () => ({ contentType, body: Buffer.from(`--${boundary}--\r\n`) }),
    () => ({ contentType, body: Buffer.from(`--${boundary}`.repeat(chance.pick([2, 60, 70, 20_000]))) }),
    () => ({ contentType, body: Buffer.alloc(0) }),
  ])();
}

function writtenPart({ name, bytes, fileName, mediaType, lines: more = [] }: Part): Buffer {
  const file = fileName === undefined ? '' : `; filename="${fileName}"`;
  const head = [
    `Content-Disposition: form-data; name="${name}"${file}`,
    ...(mediaType === undefined ? [] : [`Content-Type: ${mediaType}`]),
    ...more,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), bytes]);
}

const values = ['', '1e9', '-1', '0', 'true', 'NaN', '\u0000', 'no/such', '999999x1', '\ufffd', 'auto', '{"a":1}'];

const names = ['model', 'image', 'image[]', 'mask', 'file', 'prompt', 'input_reference', 'n', 'x', ''];

const fileNames = [
  '',
  '../../etc/passwd',
  '..\\..\\boot.ini',
  'a\u0000.png',
  'a%22.png',
  'a\\".png',
  'a"; filename="b.png',
  '\u202egnp.exe',
  '.',
  'con',
  'x'.repeat(10_000),
  '😀.mp3',
  'a\r\nContent-Type: text/html',
];

const mediaTypes = [
  'text/html',
  'image/svg+xml',
  'multipart/mixed; boundary=x',
  'application/json; charset=utf-16',
  'x',
  '',
  'image/png\u0000',
  `a/${'b'.repeat(5_000)}`,
];

const lines = [
  'Content-Transfer-Encoding: base64',
  'Content-Type: text/plain; charset=utf-7',
  'Content-Length: 1000000000',
  'Content-Disposition: form-data; name="twice"',
  'no colon',
  ': no name',
  ` folded: a`,
  `X-Long: ${'x'.repeat(20_000)}`,
  'X-\u00e9: \u00ff',
];

const contentTypes = [
  'multipart/form-data',
  'multipart/form-data;',
  'multipart/form-data; boundary=',
  'multipart/form-data; boundary=""',
  `multipart/form-data; boundary="${boundary}"`,
  `Multipart/Form-Data; Boundary=${boundary}`,
  `multipart/form-data; boundary=${boundary}; boundary=other`,
  `multipart/form-data; boundary=other; boundary=${boundary}`,
  `multipart/form-data; charset=utf-16; boundary=${boundary}`,
  `multipart/form-data; boundary=${'x'.repeat(70)}`,
  `multipart/form-data; boundary=${'x'.repeat(5_000)}`,
  'multipart/form-data; boundary=(.*)+$',
  'multipart/form-data; boundary=-',
  "multipart/form-data; boundary*=utf-8''x",
  `multipart/mixed; boundary=${boundary}`,
  `multipart/form-dataset; boundary=${boundary}`,
  'application/x-www-form-urlencoded',
  'application/json',
  'text/plain',
  '',
];

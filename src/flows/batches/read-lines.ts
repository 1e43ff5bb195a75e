// Reads the lines of a batch, each by the parser of its endpoint, and names the first that is wrong by its number.
import type { BatchEndpoint } from '#core/call/batch.ts';
import type { ModelCall, Parsed } from '#core/call/model-call.ts';
import { Failure } from '#core/failure.ts';
import { type Fields, isFields } from '#core/usage/counts.ts';
import { parseExactJson } from '#core/usage/exact-json.ts';
import type { Clock } from '#ports/clock.ts';

export interface BatchLine {
  readonly customId: string;
  readonly call: ModelCall;
}

export interface LinesAsked {
  readonly endpoint: BatchEndpoint;
  /** The one that calls at this endpoint are read by. */
  parse(body: Buffer): Parsed | Promise<Parsed>;
}

export const linesMax = 50_000;
const customIdMax = 512;

/** Others are served between so many lines and the next. */
const linesAtOnce = 200;

const newline = 0x0a;

/** @throws Failure `invalid_parameter` for the first line that cannot be called, or that belongs into another batch. */
export async function readLines(
  clock: Pick<Clock, 'sleep'>,
  file: Buffer,
  asked: LinesAsked,
): Promise<readonly BatchLine[]> {
  const lines: BatchLine[] = [];
  const numbers = new Map<string, number>();
  let number = 0;
  for (let at = 0; at < file.length;) {
    const end = file.indexOf(newline, at);
    const bytes = file.subarray(at, end < 0 ? file.length : end);
    at += bytes.length + 1;
    number += 1;
    if (number % linesAtOnce === 0) await clock.sleep(0);
    const text = bytes.toString('utf8').trim();
    if (text === '') continue;
    const line = await readLine(text, asked).catch((error: unknown) => {
      if (error instanceof WrongLine) throw refused(`Line ${number}: ${error.message}`);
      throw error;
    });
    const { customId, call } = line;
    const before = numbers.get(customId);
    if (before !== undefined) throw refused(`Line ${number}: its "custom_id" is that of line ${before}.`);
    const first = lines[0]?.call.name ?? call.name;
    if (call.name !== first) {
      throw refused(
        `Line ${number}: it names the model "${call.name.slice(0, 64)}", and the first one "${first.slice(0, 64)}"; a batch has one model.`,
      );
    }
    if (lines.length >= linesMax) throw refused(`The file has more than ${linesMax} lines.`);
    numbers.set(customId, number);
    lines.push(line);
  }
  if (lines.length === 0) throw refused('The file has no lines.');
  return lines;
}

async function readLine(text: string, asked: LinesAsked): Promise<BatchLine> {
  const fields = fieldsIn(text);
  const { custom_id: customId, method, url, body, ...others } = fields;
  const [other] = Object.keys(others);
  if (other !== undefined) throw new WrongLine(`"${other.slice(0, 64)}" is not known here.`);
  if (typeof customId !== 'string' || customId === '' || customId.length > customIdMax) {
    throw new WrongLine(`"custom_id" must be a text of 1 to ${customIdMax} characters.`);
  }
  if (method !== 'POST') throw new WrongLine('"method" must be POST.');
  if (url !== asked.endpoint) throw new WrongLine(`"url" must be ${asked.endpoint}, as the batch's "endpoint".`);
  if (!isFields(body)) throw new WrongLine('"body" must be an object.');
  const parsed = await asked.parse(Buffer.from(JSON.stringify(body)));
  if (parsed.kind === 'malformed') throw new WrongLine(parsed.message);
  const wrong = unsuited(parsed.call, body);
  if (wrong !== undefined) throw new WrongLine(wrong);
  return { customId, call: parsed.call };
}

function fieldsIn(text: string): Fields {
  try {
    const parsed = parseExactJson(text);
    if (isFields(parsed)) return parsed;
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof RangeError)) throw error;
  }
  throw new WrongLine('it is no JSON object.');
}

/** What a single call may ask, and a batch's one price and one answer have no room for. */
function unsuited(call: ModelCall, body: Fields): string | undefined {
  if (call.streamed) return '"stream" cannot be asked for in a batch.';
  if (body['background'] === true) return '"background" cannot be asked for in a batch.';
  if (body['service_tier'] !== undefined)
    return '"service_tier" cannot be chosen in a batch, which is a tier of its own.';
  if (call.media ?? call.form ?? call.produces ?? call.quantities) return 'it makes something else than text.';
  return Object.keys(call.facts).length > 0 ? 'it asks for what has a price of its own.' : undefined;
}

class WrongLine extends Error {}

function refused(message: string): Failure {
  return new Failure('invalid_parameter', message, { param: 'input_file_id' });
}

// Price lists from files, folders and addresses: only those that somebody names, and never more than a bound.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { undiciUpstream } from '#adapters/upstream/undici-upstream.ts';
import type { Candidate } from '#core/price-sync/candidate.ts';
import { UpstreamError } from '#ports/upstream.ts';
import { formatNames, type FormatName, isFormatName, readPriceList } from '#price-lists/formats.ts';
import type { ListFile, Unexpressed } from '#price-lists/reading.ts';

export interface ReadLists {
  readonly lists: readonly {
    readonly from: string;
    readonly format: FormatName;
    readonly models: number;
    readonly prices: number;
  }[];
  readonly skipped: readonly { readonly from: string; readonly why: string }[];
  readonly candidates: readonly Candidate[];
  readonly unexpressed: readonly Unexpressed[];
}

/** @throws Error for what cannot be read; a file in a folder that is no price list is skipped, and named. */
export async function readLists(sources: readonly string[], format: string | undefined): Promise<ReadLists> {
  if (format !== undefined && !isFormatName(format)) {
    throw new Error(`"${format}" is no known format. Known: ${formatNames.join(', ')}.`);
  }
  const lists: ReadLists['lists'][number][] = [];
  const skipped: ReadLists['skipped'][number][] = [];
  const candidates: Candidate[] = [];
  const unexpressed: Unexpressed[] = [];
  for (const { from, file, named } of (await Promise.all(sources.map(filesOf))).flat()) {
    const outcome =
      file.name.endsWith('.json') || named
        ? readPriceList(file, format)
        : { kind: 'skipped' as const, why: 'not a JSON file' };
    if (outcome.kind === 'skipped') {
      if (named) throw new Error(`${from}: ${outcome.why}. Known formats: ${formatNames.join(', ')}.`);
      skipped.push({ from, why: outcome.why });
    } else {
      const { reading } = outcome;
      lists.push({ from, format: outcome.format, models: reading.models, prices: reading.candidates.length });
      candidates.push(...reading.candidates);
      unexpressed.push(...reading.unexpressed);
    }
  }
  return { lists, skipped, candidates, unexpressed: together(unexpressed) };
}

interface Found {
  readonly from: string;
  readonly file: ListFile;
  /** Asked for itself, so that it must be a list. */
  readonly named: boolean;
}

const fileBytesMax = 64 * 1_048_576;
const filesMax = 2_000;

async function filesOf(source: string): Promise<readonly Found[]> {
  if (/^https?:\/\//.test(source)) {
    return [
      { from: source, file: { name: basename(new URL(source).pathname), text: await fetchText(source) }, named: true },
    ];
  }
  const about = statSync(source, { throwIfNoEntry: false });
  if (!about) throw new Error(`There is no ${source}.`);
  if (!about.isDirectory()) return [{ from: source, file: readList(source), named: true }];
  const paths = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((path) => join(source, path))
    .filter((path) => statSync(path).isFile())
    .toSorted();
  if (paths.length > filesMax) throw new Error(`${source} has more than ${filesMax} files. Name a smaller folder.`);
  return paths.map((path) => ({
    from: path,
    file: path.endsWith('.json') ? readList(path) : { name: basename(path), text: '' },
    named: false,
  }));
}

function readList(path: string): ListFile {
  if (statSync(path).size > fileBytesMax) throw new Error(`${path} is larger than any price list.`);
  return { name: basename(path), text: readFileSync(path, 'utf8') };
}

const silenceMsMax = 15_000;
const answerMsMax = 60_000;

async function fetchText(address: string): Promise<string> {
  const { origin, pathname, search } = new URL(address);
  const upstream = undiciUpstream();
  try {
    const answer = await upstream.send(
      {
        origin,
        path: `${pathname}${search}`,
        method: 'GET',
        headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'faregate' },
        headTimeoutMs: silenceMsMax,
        idleTimeoutMs: silenceMsMax,
      },
      AbortSignal.timeout(answerMsMax),
    );
    const body = await answer.body.whole(fileBytesMax);
    if (answer.status === 200) return body.toString('utf8');
    const elsewhere = answer.headers['location'];
    const where = typeof elsewhere === 'string' ? ` It points to ${elsewhere}: name that address if you trust it.` : '';
    throw new Error(`${address} answered ${answer.status}.${where}`);
  } catch (error) {
    if (error instanceof UpstreamError) throw new Error(`${address}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await upstream.close();
  }
}

/** Files of one list are counted together. */
function together(unexpressed: readonly Unexpressed[]): readonly Unexpressed[] {
  const sums = new Map<string, Unexpressed>();
  for (const each of unexpressed) {
    const key = `${each.source}\n${each.field}\n${each.why}`;
    const known = sums.get(key);
    sums.set(key, known ? { ...known, count: known.count + each.count } : each);
  }
  return [...sums.values()];
}

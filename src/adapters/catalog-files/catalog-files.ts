// The catalogue's files: YAML, of which only lists, fields and text are read, so that no price ever becomes a number.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Document } from 'yaml';
import { fileURLToPath } from 'node:url';
import type { FileProblem, Written, WrittenFile } from '#core/catalog/files/written.ts';
import type { CatalogFiles, CatalogText, WrittenCatalog } from '#ports/catalog-files.ts';
import { readCatalogTexts } from './read-texts.ts';

const bundledDirectory = fileURLToPath(new URL('../../../catalog/', import.meta.url));

export function catalogFiles(directory = bundledDirectory): CatalogFiles {
  return { bundled: () => readCatalogTexts(directory), parse: parseTexts };
}

function parseTexts(texts: readonly CatalogText[]): WrittenCatalog {
  const problems: FileProblem[] = [];
  const files = texts.flatMap((text) => parseText(text, problems));
  return problems.length > 0 ? { kind: 'broken', problems } : { kind: 'written', files };
}

function parseText({ path, text }: CatalogText, problems: FileProblem[]): readonly WrittenFile[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    problems.push({ file: path, line: lines.linePos(pos[0]).line, field: '', message });
  }
  if (document.errors.length > 0) return [];
  const lineOf = (node: Node | null | undefined, otherwise: number): number =>
    node?.range ? lines.linePos(node.range[0]).line : otherwise;
  try {
    return [{ path, root: writtenOf({ document, lineOf, nodes: 0, depth: 0 }, document.contents, 1) }];
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    problems.push({ file: path, line: 1, field: '', message: error.message });
    return [];
  }
}

// Anchors may stand for each other: what a small file spells out has a bound of its own.
const nodesMax = 500_000;
const depthMax = 40;

class TooLarge extends Error {}

interface Reading {
  readonly document: Document;
  lineOf(node: Node | null | undefined, otherwise: number): number;
  nodes: number;
  depth: number;
}

/** What an anchor was given for stands where its alias is named. */
function writtenOf(reading: Reading, node: unknown, otherwise: number): Written {
  reading.nodes += 1;
  reading.depth += 1;
  if (reading.nodes > nodesMax || reading.depth > depthMax) {
    throw new TooLarge('Its anchors spell out more than a catalogue can be.');
  }
  const written = readNode(reading, node, otherwise);
  reading.depth -= 1;
  return written;
}

function readNode(reading: Reading, node: unknown, otherwise: number): Written {
  if (isAlias(node)) {
    const line = reading.lineOf(node, otherwise);
    return writtenOf(reading, node.resolve(reading.document), line);
  }
  if (isMap(node)) {
    const line = reading.lineOf(node, otherwise);
    const fields = node.items.map(({ key, value }) => [textOf(key), writtenOf(reading, value, line)] as const);
    return { kind: 'fields', line, fields: new Map(fields) };
  }
  if (isSeq(node)) {
    const line = reading.lineOf(node, otherwise);
    return { kind: 'list', line, items: node.items.map((item) => writtenOf(reading, item, line)) };
  }
  return { kind: 'text', text: textOf(node), line: isScalar(node) ? reading.lineOf(node, otherwise) : otherwise };
}

function textOf(node: unknown): string {
  const value: unknown = isScalar(node) ? node.value : node;
  return typeof value === 'string' ? value : '';
}

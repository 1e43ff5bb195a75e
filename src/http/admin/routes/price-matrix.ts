// The matrix of customers' prices: read it, try it, publish it whole.
import { z } from 'zod';
import { writes } from '#core/catalog/price-matrix/difference.ts';
import type { MatrixRemark, MatrixSelection } from '#core/catalog/price-matrix/row.ts';
import type { WhatIfRow } from '#core/catalog/price-matrix/what-if.ts';
import { Failure } from '#core/failure.ts';
import type { AdminDesk } from '#flows/admin/desk.ts';
import { checkMatrix, requireRight } from '#flows/admin/price-matrix/check-matrix.ts';
import { expandMatrix } from '#flows/admin/price-matrix/expand-matrix.ts';
import { countsOf, publishMatrix } from '#flows/admin/price-matrix/publish-matrix.ts';
import { showChange } from '#flows/admin/price-matrix/show-conflict.ts';
import { namesOf, showRow } from '#flows/admin/price-matrix/show-matrix.ts';
import { replayMatrix } from '#flows/admin/price-matrix/what-if.ts';
import { readMatrixTable, writeMatrixTable } from '../csv/matrix-table.ts';
import { answers, onceHeader } from '../describe.ts';
import type { AdminDoor } from '../door.ts';
import { errorAnswer } from '../schemas/parts.ts';
import {
  checkedMatrix,
  matrix,
  matrixDifference,
  matrixSelection,
  publishedMatrix,
  publishSheet,
  sheet,
  whatIf,
  whatIfSheet,
} from '../schemas/price-matrix.ts';
import { expectedVersion, tagged } from '../versions.ts';

const url = '/api/v1/price-matrix';
const tags = ['price-matrix'];
// Ten thousand rows.
const bodyLimit = 16_777_216;

export function priceMatrixRoutes(app: AdminDoor, desk: AdminDesk): void {
  readingRoutes(app, desk);
  tryingRoutes(app, desk);
  publishingRoute(app, desk);
}

function readingRoutes(app: AdminDoor, desk: AdminDesk): void {
  app.get(
    url,
    {
      schema: {
        tags,
        summary: 'Every customer type × every chosen model, with the price in force and the cost beside it',
        querystring: matrixSelection,
        response: answers(matrix),
      },
    },
    async (request, reply) => {
      const { places, shelf, version } = await expandMatrix(desk, selectionOf(request.query));
      return reply.send(tagged(reply, { data: places.map((place) => showRow(place, shelf)), version }));
    },
  );
  app.get(
    `${url}/csv`,
    {
      schema: {
        tags,
        summary: 'The same as CSV',
        querystring: matrixSelection,
        response: {
          200: { description: 'The table.', content: { 'text/csv': { schema: z.string() } } },
          '4xx': errorAnswer,
          '5xx': errorAnswer,
        },
      },
    },
    async (request, reply) => {
      const { places, shelf, version } = await expandMatrix(desk, selectionOf(request.query));
      void tagged(reply, { version });
      const csv = writeMatrixTable(places.map((place) => showRow(place, shelf)));
      return reply
        .header('content-disposition', 'attachment; filename="price-matrix.csv"')
        .type('text/csv; charset=utf-8')
        .send(csv);
    },
  );
}

function tryingRoutes(app: AdminDoor, desk: AdminDesk): void {
  app.post(
    `${url}/validate`,
    {
      bodyLimit,
      schema: {
        tags,
        summary: 'Check the whole table; nothing is written',
        body: sheet,
        response: answers(checkedMatrix),
      },
    },
    async (request) => {
      const { lines, ...sent } = sheetOf(request.body);
      const { errors, warnings, changes, version } = await checkMatrix(desk, sent);
      return {
        valid: errors.length === 0,
        errors: inLines(errors, lines),
        warnings: inLines(warnings, lines),
        counts: countsOf(changes),
        version,
      };
    },
  );
  app.post(
    `${url}/difference`,
    {
      bodyLimit,
      schema: {
        tags,
        summary: 'What publishing the table would change; nothing is written',
        body: sheet,
        response: answers(matrixDifference),
      },
    },
    async (request) => {
      const { lines, ...sent } = sheetOf(request.body);
      const checked = await withLines(lines, async () => {
        const found = await checkMatrix(desk, sent);
        requireRight(found);
        return found;
      });
      const { changes, warnings, version } = checked;
      return {
        data: changes.filter(writes).map(showChange),
        counts: countsOf(changes),
        warnings: inLines(warnings, lines),
        version,
      };
    },
  );
  app.post(
    `${url}/what-if`,
    {
      bodyLimit,
      schema: {
        tags,
        summary: 'What the calls of the last days would have been charged; nothing is written',
        body: whatIfSheet,
        response: answers(whatIf),
      },
    },
    async (request) => {
      const { days, ...body } = request.body;
      const { lines, ...sent } = sheetOf(body);
      const { since, replayed, rows } = await withLines(lines, () => replayMatrix(desk, sent, { days }));
      return {
        since,
        ...replayed,
        data: rows.map(showWhatIf),
      };
    },
  );
}

function showWhatIf({ place, wouldBe, incomplete, ...row }: WhatIfRow) {
  return {
    ...namesOf(place),
    ...row,
    would_be: wouldBe,
    incomplete: { charged: incomplete.charged, would_be: incomplete.wouldBe },
  };
}

const publishHeaders = onceHeader.extend({
  'if-match': z
    .string()
    .max(100)
    .describe('The matrix’s ETag: what you saw, for rows that do not say it themselves.')
    .exactOptional(),
});

function publishingRoute(app: AdminDoor, desk: AdminDesk): void {
  app.post(
    `${url}/publish`,
    {
      bodyLimit,
      schema: {
        tags,
        summary: 'Publish the whole table as one set of new versions, or nothing',
        headers: publishHeaders,
        body: publishSheet,
        response: answers(publishedMatrix),
      },
    },
    async (request, reply) => {
      const { provenance, ...body } = request.body;
      const { lines, ...sent } = sheetOf(body);
      const version = expectedVersion(request);
      const order = {
        sheet: sent,
        ...(version === undefined ? {} : { version }),
        ...(provenance === undefined ? {} : { provenance }),
      };
      const published = await withLines(lines, () => publishMatrix(desk, request.actor, order));
      return reply.send(
        tagged(reply, {
          ...published,
          published: [...published.published],
          warnings: inLines(published.warnings, lines),
        }),
      );
    },
  );
}

function selectionOf({ provider, model, customer_type }: z.output<typeof matrixSelection>): MatrixSelection {
  return {
    ...(provider === undefined ? {} : { providers: provider }),
    ...(model === undefined ? {} : { models: model }),
    ...(customer_type === undefined ? {} : { customer_types: customer_type }),
  };
}

/** The rows of either form; `lines`: where each stands in the CSV. */
function sheetOf({ rows, csv, selection }: z.output<typeof sheet>) {
  if ((rows === undefined) === (csv === undefined)) {
    throw new Failure('invalid_parameter', 'Send the table as `rows` or as `csv`, one of the two.', { param: 'rows' });
  }
  const read = csv === undefined ? { rows: rows ?? [], lines: undefined } : readMatrixTable(csv);
  return { ...read, ...(selection === undefined ? {} : { selection }) };
}

type Lines = readonly number[] | undefined;

function inLines<Code>(remarks: readonly MatrixRemark<Code>[], lines: Lines) {
  return remarks.map((remark) => ({ ...remark, line: remark.row === null ? null : (lines?.[remark.row] ?? null) }));
}

/** What was wrong is said with its line, too. */
async function withLines<Result>(lines: Lines, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || !lines) throw error;
    const inLine = <Said extends object>(said: Said): Said => {
      const line = 'row' in said && typeof said.row === 'number' ? lines[said.row] : undefined;
      return line === undefined ? said : { ...said, line };
    };
    const { problems, conflicts } = error.detail;
    throw new Failure(error.kind, error.message, {
      ...error.detail,
      ...(problems ? { problems: problems.map(inLine) } : {}),
      ...(conflicts ? { conflicts: conflicts.map(inLine) } : {}),
    });
  }
}

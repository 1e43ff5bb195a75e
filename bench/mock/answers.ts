// Every answer of the mock as bytes, made before the first call.
import { answerBody, streamPieces, usages } from '../workload.ts';

export const plainAnswers: readonly Buffer[] = usages.map((usage) => {
  const body = answerBody(usage);
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
});

const streamHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

/** One write each: the head, the chunks, the end. */
export const streamAnswers: readonly (readonly Buffer[])[] = usages.map((usage) => {
  const [last = '', ...others] = streamPieces(usage).toReversed();
  return [
    Buffer.from(streamHead),
    ...others.toReversed().map((piece) => Buffer.from(chunk(piece))),
    Buffer.from(`${chunk(last)}0\r\n\r\n`),
  ];
});

function chunk(piece: string): string {
  return `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`;
}

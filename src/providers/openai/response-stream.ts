// Reads the stream of a response beside its bytes: parses only the events that end it, counts those that bring text.
import { type Fields, isFields, partOf } from '#core/usage/counts.ts';
import { parseData } from '#core/usage/parse-fields.ts';
import { eventsIn } from '#providers/openai-compatible/event-cutter.ts';
import { stringBytes } from '#providers/openai-compatible/string-bytes.ts';
import type { StreamEvent, StreamReader } from '#ports/provider.ts';

export function responseStreamReader(): StreamReader {
  const cut = eventsIn();
  return { read: (piece) => cut(piece).map(readEvent) };
}

const quiet = { deltas: 0, textBytes: 0 } as const;

// What the model writes: words, arguments, and its thoughts as far as they are told.
const textDelta =
  /^response\.(?:output_text|refusal|reasoning_text|reasoning_summary_text|function_call_arguments|custom_tool_call_input|mcp_call_arguments|code_interpreter_call_code|shell_call_command|apply_patch_call_operation_diff)\.delta$/;

function readEvent(bytes: Buffer): StreamEvent {
  // One byte a character: enough to find ASCII keys in, and lengths are bytes.
  const text = bytes.toString('latin1');
  const type = typeOf(text);
  switch (type) {
    // The last event has the whole answer, its end and its usage: it waits until the call is settled.
    case 'response.completed':
    case 'response.incomplete':
    case 'response.cancelled':
      return { bytes, kind: 'usage', ...quiet, usage: usageIn(bytes) ?? {} };
    case 'response.failed': {
      const usage = usageIn(bytes);
      return { bytes, kind: 'error', ...quiet, ...(usage ? { usage } : {}) };
    }
    case 'error':
      return { bytes, kind: 'error', ...quiet };
    case 'keepalive':
    case '':
      return { bytes, kind: isDone(text) ? 'done' : 'idle', ...quiet };
    default:
      return textDelta.test(type) ? deltaEvent(bytes, text) : { bytes, kind: 'other', ...quiet };
  }
}

/** As the event's line says it; some relays send only the data. */
function typeOf(text: string): string {
  return (/^event: ?([\w.]+)/m.exec(text) ?? /"type" ?: ?"([\w.]+)"/.exec(text))?.[1] ?? '';
}

/** Not this dialect's own; relays that also speak the other one may send it. */
function isDone(text: string): boolean {
  return /^data: ?\[DONE\]/m.test(text);
}

const deltaKey = /"delta" ?: ?"/;

function deltaEvent(bytes: Buffer, text: string): StreamEvent {
  const key = deltaKey.exec(text);
  if (!key) return { bytes, kind: 'other', ...quiet };
  const textBytes = stringBytes(text, key.index + key[0].length);
  return { bytes, kind: 'content', deltas: textBytes > 0 ? 1 : 0, textBytes };
}

function usageIn(bytes: Buffer): Fields | undefined {
  const { usage } = partOf(parseData(bytes) ?? {}, 'response');
  return isFields(usage) ? usage : undefined;
}

// Small pages that need no script and nothing from elsewhere.
import type { FastifyReply } from 'fastify';

const style = `
  :root { color-scheme: light dark; --line: #8884; --accent: #0a6; }
  body { font: 16px/1.55 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; } pre, code { font: 0.9rem/1.5 ui-monospace, monospace; }
  pre { border: 1px solid var(--line); border-radius: 6px; padding: 0.8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  button { font: inherit; padding: 0.5rem 1.1rem; border: 0; border-radius: 6px; background: var(--accent); color: #fff; cursor: pointer; }
  button:focus-visible, a:focus-visible { outline: 3px solid #48f; outline-offset: 2px; }
`;

/** `body` is HTML; what comes from outside goes through `escaped`. */
export function sendPage(reply: FastifyReply, status: number, title: string, body: string): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      // The address of this page carries the one-time token.
      'referrer-policy': 'no-referrer',
    })
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${escaped(title)} · Faregate</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`,
    );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

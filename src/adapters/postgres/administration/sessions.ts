// Sessions of the administration's pages, and the answers that a repeated request gets again.
import type { Pool } from 'pg';
import type { Claim, KeptAnswers, Sessions } from '#ports/administration.ts';
import { reading } from './deed.ts';

export function sessionKeeper(pool: Pool): Sessions {
  return {
    open: ({ tokenHash, userName, expiresAt }) =>
      reading(async () => {
        await pool.query('delete from faregate.admin_session where expires_at <= clock_timestamp()');
        await pool.query('insert into faregate.admin_session (token_hash, user_name, expires_at) values ($1, $2, $3)', [
          tokenHash,
          userName,
          new Date(expiresAt),
        ]);
      }),
    find: (tokenHash) =>
      reading(async () => {
        const { rows } = await pool.query<{ user_name: string }>(
          'select user_name from faregate.admin_session where token_hash = $1 and expires_at > clock_timestamp()',
          [tokenHash],
        );
        return rows[0]?.user_name;
      }),
    close: (tokenHash) =>
      reading(async () => {
        await pool.query('delete from faregate.admin_session where token_hash = $1', [tokenHash]);
      }),
  };
}

// Zero is no status that is ever answered: the first request is still at work.
const running = 0;

interface Kept {
  readonly request_hash: string;
  readonly status: number;
  readonly body: string | null;
  readonly abandoned: boolean;
}

export function answerKeeper(pool: Pool): KeptAnswers {
  const claim = async (scope: string, key: string, requestHash: string): Promise<Claim> => {
    // A day later the same key is a new request.
    await pool.query(`delete from faregate.idempotency_key where created_at < clock_timestamp() - interval '1 day'`);
    const claimed = await pool.query(
      `insert into faregate.idempotency_key (scope, key, request_hash, status, body) values ($1, $2, $3, $4, 'null')
       on conflict do nothing`,
      [scope, key, requestHash, running],
    );
    if (claimed.rowCount === 1) return { kind: 'first' };
    const { rows } = await pool.query<Kept>(
      `select request_hash, status, body, created_at < clock_timestamp() - interval '1 minute' as abandoned
       from faregate.idempotency_key where scope = $1 and key = $2`,
      [scope, key],
    );
    const kept = rows[0];
    // Released between the two statements: as good as still at work.
    if (!kept) return { kind: 'running', abandoned: false };
    if (kept.request_hash !== requestHash) return { kind: 'other-request' };
    if (kept.status === running) return { kind: 'running', abandoned: kept.abandoned };
    return { kind: 'kept', status: kept.status, sealedBody: kept.body ?? '' };
  };
  return {
    claim: (scope, key, requestHash) => reading(() => claim(scope, key, requestHash)),
    keep: (scope, key, { status, sealedBody }) =>
      reading(async () => {
        await pool.query('update faregate.idempotency_key set status = $3, body = $4 where scope = $1 and key = $2', [
          scope,
          key,
          status,
          JSON.stringify(sealedBody),
        ]);
      }),
    release: (scope, key) =>
      reading(async () => {
        await pool.query('delete from faregate.idempotency_key where scope = $1 and key = $2 and status = $3', [
          scope,
          key,
          running,
        ]);
      }),
  };
}

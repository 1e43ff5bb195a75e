// Uploaded files in Postgres.
import type { Pool } from 'pg';
import type { BatchFile, BatchFiles } from '#ports/batch-files.ts';

interface FileColumns {
  readonly id: string;
  readonly wallet_id: string;
  readonly virtual_key_id: string;
  readonly file_name: string;
  readonly bytes: number;
  readonly created_at: Date;
}

const columns = 'id, wallet_id, virtual_key_id, file_name, bytes, created_at';

// The sum is asked for with the row, so that a wallet cannot go far beyond it by uploading side by side.
const putSql = `
  insert into faregate.batch_file (${columns}, content)
  select $1, $2, $3, $4, $5, $6, $7
  where (select coalesce(sum(bytes), 0) from faregate.batch_file where wallet_id = $2) + $5::int <= $8::bigint`;

export function postgresBatchFiles(pool: Pool): BatchFiles {
  return {
    async put({ id, walletId, virtualKeyId, fileName, bytes, createdAt }, content, { bytesMax, keptSince }) {
      await pool.query('delete from faregate.batch_file where created_at < $1', [new Date(keptSince)]);
      const { rowCount } = await pool.query(putSql, [
        id,
        walletId,
        virtualKeyId,
        fileName,
        bytes,
        new Date(createdAt),
        content,
        bytesMax,
      ]);
      return rowCount === 1;
    },
    async find(walletId, id) {
      const { rows } = await pool.query<FileColumns>(
        `select ${columns} from faregate.batch_file where wallet_id = $1 and id = $2`,
        [walletId, id],
      );
      return rows[0] && fileOf(rows[0]);
    },
    async content(walletId, id) {
      const { rows } = await pool.query<{ readonly content: Buffer }>(
        'select content from faregate.batch_file where wallet_id = $1 and id = $2',
        [walletId, id],
      );
      return rows[0]?.content;
    },
    async list(walletId, { limit, order, after }) {
      const behind = order === 'asc' ? '>' : '<';
      const { rows } = await pool.query<FileColumns>(
        `select ${columns} from faregate.batch_file
          where wallet_id = $1 and ($2::uuid is null or (created_at, id) ${behind}
            (select created_at, id from faregate.batch_file where id = $2::uuid and wallet_id = $1))
          order by created_at ${order}, id ${order} limit $3`,
        [walletId, after ?? null, limit],
      );
      return rows.map(fileOf);
    },
    async remove(walletId, id) {
      const { rowCount } = await pool.query('delete from faregate.batch_file where wallet_id = $1 and id = $2', [
        walletId,
        id,
      ]);
      return rowCount === 1;
    },
  };
}

function fileOf(row: FileColumns): BatchFile {
  return {
    id: row.id,
    walletId: row.wallet_id,
    virtualKeyId: row.virtual_key_id,
    fileName: row.file_name,
    bytes: row.bytes,
    createdAt: row.created_at.getTime(),
  };
}

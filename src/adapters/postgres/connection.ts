import type { ClientConfig } from 'pg';

// How to reach a Postgres: a URL which somebody gave us (its sslmode says whether and how to encrypt), or the unix
// socket of one which we started.
export type PostgresConnection = { readonly url: string } | SocketConnection;

export type SocketConnection = {
  // The directory of the socket: what `pg` and libpq call the host.
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
};

const connectMsMax = 10_000;
const roleName = /^[a-z_][a-z0-9_]*$/;

// Postgres would look first in the schema named like the user, and what a migration makes without naming a schema would
// depend on who runs it.
const searchPathOption = '-c search_path=public';

export function clientConfig(connection: PostgresConnection, applicationRole?: string): ClientConfig {
  const { options, ...target } = 'url' in connection ? fromUrl(connection.url) : { ...connection, options: '' };
  return {
    ...target,
    options: [searchPathOption, options, roleOption(applicationRole)].filter((option) => option !== '').join(' '),
    application_name: 'faregate',
    connectionTimeoutMillis: connectMsMax,
    keepAlive: true,
  };
}

// What a URL says wins over the fields beside it, so its options are taken out: else they would replace ours.
function fromUrl(url: string): { readonly connectionString: string; readonly options: string } {
  const [target = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  const options = parameters.get('options');
  if (options === null) return { connectionString: url, options: '' };
  parameters.delete('options');
  return { connectionString: `${target}?${parameters.toString()}`, options };
}

function roleOption(applicationRole: string | undefined): string {
  if (applicationRole === undefined) return '';
  if (!roleName.test(applicationRole)) throw new Error(`${applicationRole} is not the name of a role`);
  return `-c role=${applicationRole}`;
}

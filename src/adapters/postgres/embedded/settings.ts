// Given on the command line at every start, so that they follow the code and not the day of the initialization.
export function serverSettings(options: { readonly socketDirectory: string; readonly fsync: boolean }): string[] {
  const settings: Record<string, string> = {
    ...reach(options.socketDirectory),
    ...size,
    ...logging,
    ...(options.fsync ? {} : withoutDurability),
    timezone: 'UTC',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function reach(socketDirectory: string): Record<string, string> {
  return {
    listen_addresses: '',
    unix_socket_directories: socketDirectory,
    unix_socket_permissions: '0700',
    port: '5432',
  };
}

// For a small machine that has other things to do.
const size = {
  max_connections: '60',
  shared_buffers: '64MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  autovacuum_max_workers: '2',
  max_wal_size: '512MB',
  // Nobody replicates from an embedded database, and without it the journal is smaller.
  wal_level: 'minimal',
  max_wal_senders: '0',
  random_page_cost: '1.1',
  // Compiling a query costs more than it saves on queries of some milliseconds.
  jit: 'off',
};

// One file for each day of the week, each begun anew: the log never outgrows a week.
const logging = {
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  log_checkpoints: 'off',
};

const withoutDurability = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

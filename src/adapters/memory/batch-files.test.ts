import { batchFilesContract } from '#ports/batch-files.contract.ts';
import { memoryBatchFiles } from './batch-files.ts';

batchFilesContract('uploaded files in memory', async () => ({
  files: memoryBatchFiles(),
  createWallet: async () => crypto.randomUUID(),
}));

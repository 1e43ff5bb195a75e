// What became of earlier calls, as the ledger has it.
import type { ReceiptJson } from '#core/pricing/receipt.ts';
import type { Usage } from '#core/usage/usage.ts';

export interface Generation {
  readonly requestId: string;
  readonly walletId: string;
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly streamed: boolean;
  readonly outcome: string;
  readonly final: boolean;
  readonly usage: Usage;
  readonly chargeReceipt: ReceiptJson;
  readonly costReceipt: ReceiptJson;
  /** Canonical decimal text in the receipts' currencies; the charge may be less than its receipt says for a stream that was cut off. */
  readonly charge: string;
  readonly cost: string;
  readonly startedAt: string;
  readonly latencyMs: number;
  readonly firstByteMs?: number;
  readonly attempts: readonly unknown[];
}

export interface Generations {
  /** The newest word on it. Rejects with a transient error when the database is away. */
  find(requestId: string): Promise<Generation | undefined>;
}

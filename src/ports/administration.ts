// What operators do. Every writing deed is one transaction that also writes the audit log and tells the other processes.
// Long, because it is one vocabulary for the database, the API and the command line: rows are as the API shows them
// (snake_case, money as decimal text, instants as ISO 8601), and no row carries a secret or its hash.
import type { ModelKind } from '#core/catalog/catalog.ts';
import type { PricingType } from '#core/catalog/pricing-type.ts';
import type { PriceBook, PriceComponent, PriceModifier, PricingModel } from '#core/pricing/component.ts';
import type { KeptLevel } from '#core/routing/effective.ts';
import type { Rational } from '#core/money/rational.ts';
import type { Amount } from '#core/money/amount.ts';
import type { ProviderTerms } from './provider-terms.ts';
import type { StandingPrices } from './standing-prices.ts';
import type { CatalogImport } from './catalog-import.ts';
import type { CatalogShelf } from './catalog-shelf.ts';
import type { PriceProposals } from './price-proposals.ts';
import type { PriceMatrix } from './price-matrix.ts';

export type Topic = 'catalog' | 'callers';

export interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

/** Newest first. */
export interface Listed<Row> {
  readonly items: readonly Row[];
  readonly nextCursor?: string;
}

/** Why a deed was not done; then nothing of it was. */
export type Refusal =
  | { readonly kind: 'not-found' }
  /** Another row has this value already. */
  | { readonly kind: 'taken'; readonly field: string }
  /** The field names something that does not exist. */
  | { readonly kind: 'unknown'; readonly field: string }
  | { readonly kind: 'unfit'; readonly field: string; readonly reason: string }
  /** Somebody changed it since the version that the caller had read. */
  | { readonly kind: 'stale' }
  /** It has happened before, or cannot happen any more. */
  | { readonly kind: 'conflict'; readonly reason: string };

export type Outcome<Row> = { readonly kind: 'done'; readonly row: Row } | Refusal;

/** What every row that can be changed has. */
export interface Versioned {
  readonly id: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** Another one after every change. */
  readonly version: string;
}

/** `ref` is an id, or another unique name of the row (slug, email, name). */
export interface Reading<Row, Filter = unknown> {
  list(page: Page, filter?: Filter): Promise<Listed<Row>>;
  get(ref: string): Promise<Row | undefined>;
}

export interface Keeping<Row, New, Change, Filter = unknown> extends Reading<Row, Filter> {
  create(actor: string, row: New): Promise<Outcome<Row>>;
  /** With `version`: refused as stale when the row has another one by now. `null` clears a field. */
  update(actor: string, ref: string, change: Change, version?: string): Promise<Outcome<Row>>;
}

export type Changes<New> = { readonly [Field in keyof New]?: New[Field] | null };

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** As stored on the owner's row; money is decimal text in the currency of the wallet that a call debits. */
export interface LimitsDocument {
  readonly rpm?: number;
  readonly rpd?: number;
  readonly tpm?: number;
  readonly tpd?: number;
  readonly max_concurrent?: number;
  readonly cost_per_minute?: string;
  readonly budget?: { readonly day?: string; readonly week?: string; readonly month?: string; readonly total?: string };
  readonly min_balance?: string;
}

export interface CustomerType extends Versioned {
  readonly name: string;
  readonly notes: string | null;
  readonly byok_allowed: boolean;
}
export interface NewCustomerType {
  readonly name: string;
  readonly notes?: string;
  /** Its customers may bring provider keys of their own. */
  readonly byok_allowed?: boolean;
}

export interface WalletBalance {
  readonly id: string;
  readonly currency: string;
  /** As the ledger has booked it. */
  readonly balance: string;
}

export interface Organization extends Versioned {
  readonly slug: string;
  readonly name: string;
  readonly status: 'active' | 'disabled';
  readonly customer_type: Named | null;
  readonly only_priced_names: boolean;
  readonly byok_policy: 'first' | 'fallback' | 'off';
  readonly contact: string | null;
  readonly notes: string | null;
  readonly limits: LimitsDocument;
  readonly wallets: readonly WalletBalance[];
}
export interface NewOrganization {
  readonly slug: string;
  readonly name: string;
  readonly status?: Organization['status'];
  readonly customer_type?: string;
  readonly only_priced_names?: boolean;
  readonly byok_policy?: Organization['byok_policy'];
  readonly contact?: string;
  readonly notes?: string;
  readonly limits?: LimitsDocument;
  /** Of the wallet that is made with it. */
  readonly currency: string;
}

export interface OrganizationName {
  readonly id: string;
  readonly slug: string;
}
export interface User extends Versioned {
  readonly email: string;
  readonly username: string | null;
  readonly organization: OrganizationName | null;
  readonly customer_type: Named | null;
  readonly role: 'superadmin' | 'org_admin' | 'member';
  readonly status: 'pending' | 'active' | 'canceled';
  readonly limits: LimitsDocument;
  readonly wallets: readonly WalletBalance[];
  readonly canceled_at: string | null;
}
export interface NewUser {
  readonly email: string;
  readonly username?: string;
  readonly organization?: string;
  readonly customer_type?: string;
  readonly role?: User['role'];
  readonly status?: User['status'];
  readonly limits?: LimitsDocument;
  readonly currency: string;
}

export interface UserName {
  readonly id: string;
  readonly email: string;
}
export interface Wallet extends WalletBalance {
  readonly organization: OrganizationName | null;
  readonly user: UserName | null;
  readonly created_at: string;
}
export interface WalletEvent {
  readonly seq: string;
  readonly event_id: string;
  readonly kind: 'charge' | 'top_up' | 'refund' | 'adjustment';
  readonly amount: string;
  readonly currency: string;
  readonly balance_after: string;
  readonly request_id: string | null;
  readonly reference: string | null;
  readonly description: string | null;
  readonly occurred_at: string;
  readonly recorded_at: string;
}
export interface TopUpRow {
  readonly id: string;
  readonly wallet_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly source: 'manual' | 'voucher';
  readonly reference: string;
  readonly status: 'pending' | 'completed' | 'failed';
  readonly note: string | null;
  readonly author: string;
  readonly created_at: string;
}

/** Exactly one of the two. */
export interface WalletOwner {
  readonly organization?: string;
  readonly user?: string;
}
export interface Wallets extends Reading<Wallet, WalletOwner & { readonly currency?: string }> {
  open(actor: string, wallet: WalletOwner & { readonly currency: string }): Promise<Outcome<Wallet>>;
  events(walletId: string, page: Page): Promise<Listed<WalletEvent>>;
  topUps(walletId: string, page: Page): Promise<Listed<TopUpRow>>;
  /** Into the audit log, once for each top-up. */
  noteTopUp(actor: string, topUp: { readonly id: string; readonly after: object }): Promise<void>;
}

/** Fields of a configuration, as docs/routing.md has them. */
export type ConfigDocument = Readonly<Record<string, unknown>>;

export interface ConfigNode extends Versioned {
  readonly name: string;
  readonly description: string | null;
  readonly parent: Named | null;
  readonly mount_policy: 'leaf_only' | 'any_node' | 'none';
  readonly is_active: boolean;
  readonly config_data: ConfigDocument;
  /** With what its ancestors say. */
  readonly computed_config: ConfigDocument;
  readonly keys: number;
  readonly children: number;
}
export interface NewConfigNode {
  readonly name: string;
  readonly description?: string;
  readonly parent?: string;
  readonly mount_policy?: ConfigNode['mount_policy'];
  readonly is_active?: boolean;
  readonly config_data?: ConfigDocument;
}
export interface ConfigBranch {
  readonly id: string;
  readonly name: string;
  readonly parent_id: string | null;
  readonly depth: number;
  readonly mount_policy: ConfigNode['mount_policy'];
  readonly is_active: boolean;
  readonly config_data: ConfigDocument;
  readonly keys: number;
}
export interface ConfigNodes extends Keeping<
  ConfigNode,
  NewConfigNode,
  Changes<NewConfigNode>,
  { readonly parent?: string }
> {
  /** With all that is below it; refused while keys are mounted there. */
  remove(actor: string, ref: string, version?: string): Promise<Outcome<ConfigNode>>;
  /** Each node behind its parent, the children of one by name. */
  tree(): Promise<readonly ConfigBranch[]>;
  /** The farthest ancestor first, the node itself last. */
  levels(ref: string): Promise<readonly KeptLevel[] | undefined>;
  levelsOfKey(id: string): Promise<{ readonly levels: readonly KeptLevel[]; readonly currency: string } | undefined>;
}

export interface VirtualKey extends Versioned {
  readonly name: string;
  readonly description: string | null;
  readonly key_prefix: string;
  readonly is_active: boolean;
  readonly user: UserName | null;
  readonly organization: OrganizationName | null;
  readonly wallet: WalletBalance;
  readonly may_see_cost: boolean;
  readonly overspend_policy: 'clamp' | 'strict';
  readonly default_output_tokens: number | null;
  readonly allowed_models: readonly string[] | null;
  readonly limits: LimitsDocument;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly config_node: Named | null;
  readonly config_data: ConfigDocument;
  readonly computed_config: ConfigDocument;
}
export interface KeySecret {
  readonly keyHash: string;
  readonly keyPrefix: string;
}
export interface VirtualKeySettings {
  readonly name: string;
  readonly description?: string;
  readonly may_see_cost?: boolean;
  readonly overspend_policy?: VirtualKey['overspend_policy'];
  readonly default_output_tokens?: number;
  readonly allowed_models?: readonly string[];
  readonly limits?: LimitsDocument;
  readonly expires_at?: string;
  /** Where it is mounted: id or name. */
  readonly config_node?: string;
  readonly config_data?: ConfigDocument;
}
/** Who pays: ids that exist, or somebody new who is made with the key. */
export interface NewVirtualKey {
  readonly id: string;
  readonly secret: KeySecret;
  readonly settings: VirtualKeySettings;
  readonly userId?: string;
  readonly organizationId?: string;
  readonly newUser?: { readonly email: string };
  /** Without it: the wallet of the organization, else of the user, in that currency; made if there is none. */
  readonly walletId?: string;
  readonly currency: string;
  /** Refuse (`conflict`) when the wallet was there before. */
  readonly walletMustBeNew: boolean;
}
export interface VirtualKeys extends Reading<VirtualKey, KeyFilter> {
  create(actor: string, key: NewVirtualKey): Promise<Outcome<VirtualKey>>;
  update(
    actor: string,
    ref: string,
    change: Changes<VirtualKeySettings> & { readonly is_active?: boolean },
    version?: string,
  ): Promise<Outcome<VirtualKey>>;
  /** For good; revoking again changes nothing. */
  revoke(actor: string, id: string): Promise<Outcome<VirtualKey>>;
  /** The old secret goes on until then: milliseconds since 1970. */
  rotate(actor: string, id: string, secret: KeySecret, oldUntil: number): Promise<Outcome<VirtualKey>>;
}
export interface KeyFilter {
  readonly user?: string;
  readonly organization?: string;
  readonly wallet?: string;
  readonly is_active?: boolean;
}

export interface ProviderRow extends Versioned {
  readonly name: string;
  readonly display_name: string;
  readonly type: 'llm' | 'image' | 'video' | 'voice' | 'music';
  readonly adapter: string;
  readonly base_url: string;
  readonly status: 'active' | 'disabled';
  readonly settings: Readonly<Record<string, unknown>>;
  readonly is_default: boolean;
  readonly api_version: string | null;
  readonly logo_url: string | null;
  readonly description: string | null;
  readonly documentation_url: string | null;
  readonly keys: number;
}
export interface NewProvider {
  readonly name: string;
  readonly display_name?: string;
  readonly type?: ProviderRow['type'];
  readonly adapter: string;
  readonly base_url: string;
  readonly status?: ProviderRow['status'];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly is_default?: boolean;
  readonly api_version?: string;
  readonly logo_url?: string;
  readonly description?: string;
  readonly documentation_url?: string;
}

/** What a provider allows one key. */
export interface KeyLimitsDocument {
  readonly rpm?: number;
  readonly rpd?: number;
  readonly tpm?: number;
  readonly tpd?: number;
  readonly tokens_per_month?: number;
  readonly max_concurrent?: number;
}
export interface ProviderKey extends Versioned {
  readonly provider: Named;
  readonly organization: OrganizationName | null;
  readonly user: UserName | null;
  readonly name: string;
  readonly prefix: string;
  readonly base_url: string | null;
  readonly is_primary: boolean;
  readonly weight: number;
  readonly is_active: boolean;
  readonly limits: KeyLimitsDocument;
  readonly plan: { readonly id: string; readonly plan_name: string } | null;
  readonly expires_at: string | null;
  readonly is_valid: boolean | null;
  readonly last_validated_at: string | null;
  readonly validation_error: string | null;
}
/** What was called with a key, from the ledger; calls from before keys were noted count for none. */
export interface ProviderKeyTotals {
  readonly calls: number;
  readonly tokens: number;
  readonly cost: readonly { readonly amount: string; readonly currency: string }[];
  readonly last_used_at: string | null;
}
export type CountedProviderKey = ProviderKey & { readonly totals: ProviderKeyTotals };
/** What a provider said of a key: null where that does not decide. */
export interface KeyValidation {
  readonly is_valid: boolean | null;
  readonly validation_error: string | null;
}
export interface ProviderKeySettings {
  readonly name: string;
  /** Whose own it is: at most one of the two. */
  readonly organization?: string;
  readonly user?: string;
  readonly base_url?: string;
  readonly is_primary?: boolean;
  readonly weight?: number;
  readonly is_active?: boolean;
  readonly limits?: KeyLimitsDocument;
  readonly plan?: string;
  readonly expires_at?: string;
}
export interface KeyOwner {
  readonly organization?: string;
  readonly user?: string;
}
export interface SealedKey {
  readonly sealed: string;
  readonly prefix: string;
}
export interface ProviderKeys {
  list(provider: string, page: Page, filter?: KeyOwner): Promise<Listed<CountedProviderKey> | undefined>;
  get(provider: string, id: string): Promise<CountedProviderKey | undefined>;
  /** As it is kept, whoever owns it. */
  sealedOf(id: string): Promise<string | undefined>;
  /** Whether the owner's customer type lets it bring keys; `undefined` for an owner that does not exist. */
  mayBring(owner: KeyOwner): Promise<boolean | undefined>;
  /** What the provider said to a test of it. */
  noteTest(actor: string, provider: string, id: string, validation: KeyValidation): Promise<Outcome<ProviderKey>>;
  /** The platform's own that would be used first, as it is kept. */
  sealed(provider: string): Promise<{ readonly id: string; readonly sealed: string } | undefined>;
  create(
    actor: string,
    provider: string,
    key: ProviderKeySettings & SealedKey & Partial<KeyValidation> & { readonly id: string },
  ): Promise<Outcome<ProviderKey>>;
  update(
    actor: string,
    provider: string,
    id: string,
    change: Changes<ProviderKeySettings> & Partial<SealedKey> & Partial<KeyValidation>,
    version?: string,
  ): Promise<Outcome<ProviderKey>>;
  remove(actor: string, provider: string, id: string): Promise<Outcome<ProviderKey>>;
}

export interface ModelRow extends Versioned {
  readonly provider: Named;
  readonly model_id: string;
  readonly name: string;
  readonly kind: ModelKind;
  readonly context_window: number | null;
  readonly max_output_tokens: number | null;
  readonly default_output_tokens: number | null;
  readonly tokenizer: string;
  readonly streams_all_output: boolean;
  readonly status: 'available' | 'preview' | 'announced' | 'retired';
}
export interface NewModel {
  readonly provider: string;
  readonly model_id: string;
  readonly name: string;
  readonly kind?: ModelRow['kind'];
  readonly context_window?: number;
  readonly max_output_tokens?: number;
  readonly default_output_tokens?: number;
  readonly tokenizer?: string;
  readonly streams_all_output?: boolean;
  readonly status?: ModelRow['status'];
}

export interface AliasRow extends Versioned {
  readonly name: string;
  readonly targets: readonly string[];
}
export interface NewAlias {
  readonly name: string;
  readonly targets: readonly string[];
}
/** Names are what callers send and prices are listed under: they do not change. */
export interface Aliases extends Keeping<AliasRow, NewAlias, Changes<Omit<NewAlias, 'name'>>> {
  remove(actor: string, ref: string): Promise<Outcome<AliasRow>>;
}

export interface PriceRow {
  readonly id: string;
  readonly book: PriceBook;
  /** The organization or customer type whose price it is; `null` in the platform's list. */
  readonly owner: Named | null;
  readonly subject: { readonly kind: 'model' | 'alias'; readonly name: string };
  readonly currency: string;
  readonly pricing_model: PricingModel;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly recorded_at: string;
  readonly predecessor_id: string | null;
  readonly author: string;
  readonly provenance: string | null;
  readonly approved_at: string | null;
  readonly approved_by: string | null;
  /** From then on not believed any more, not even of the past: a correction took its place. */
  readonly superseded_at: string | null;
  readonly state: 'current' | 'scheduled' | 'ended' | 'replaced' | 'draft' | 'cancelled' | 'superseded' | 'disabled';
  /** Stays the same when a price is edited. */
  readonly row_id: string;
  readonly pricing_type: PricingType;
  readonly is_custom: boolean;
  readonly is_enabled: boolean;
  readonly notes: string | null;
  readonly attributes: PriceAttributes;
}
/** What the documents' rows carry beside the price, under their names. */
export type PriceAttributes = Readonly<Record<string, unknown>>;
export interface NewPrice {
  readonly id: string;
  /** Missing: the version's own id, which begins a new row. */
  readonly row_id?: string;
  readonly pricing_type?: PricingType;
  readonly is_custom?: boolean;
  readonly is_enabled?: boolean;
  readonly notes?: string;
  readonly attributes?: PriceAttributes;
  /** A draft prices nothing until it is approved. */
  readonly state?: 'draft' | 'approved';
  readonly book: PriceBook;
  /** Id, slug or name. */
  readonly owner?: string;
  readonly subject: PriceRow['subject'];
  readonly currency: string;
  readonly pricing_model: PricingModel;
  readonly components: readonly PriceComponent[];
  readonly modifiers: readonly PriceModifier[];
  /** Missing: now. */
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly provenance?: string;
}
export interface PriceFilter {
  readonly name?: string;
  readonly book?: PriceBook;
  readonly owner?: string;
  readonly state?: PriceRow['state'];
  /** What the book believed at that instant. */
  readonly as_of?: string;
  /** What counts at that instant, as far as the book knew then (`as_of`), or knows now. */
  readonly at?: string;
}
export interface Prices extends Reading<PriceRow, PriceFilter> {
  /** Ends the version that it supersedes at its own beginning; a version scheduled later ends it in turn. */
  publish(actor: string, price: NewPrice): Promise<Outcome<PriceRow>>;
  /** All of them or none, in one transaction. */
  publishAll(actor: string, batch: PriceBatch): Promise<Outcome<PublishedBatch>>;
  /** A draft begins to count: at its own beginning, or now if that has passed. */
  approve(actor: string, id: string): Promise<Outcome<PriceRow>>;
  /** A draft, or what has not begun: then the version before it goes on. */
  cancel(actor: string, id: string): Promise<Outcome<PriceRow>>;
  /** Replaces what a version said of its time, or of a part of it; calls that it has charged stay as they are. */
  correct(actor: string, id: string, correction: Correction): Promise<Outcome<Corrected>>;
}
export interface Correction extends Pick<NewPrice, 'id' | 'currency' | 'pricing_model' | 'components' | 'modifiers'> {
  /** Missing: from the beginning, and to the end, of the version that was wrong. */
  readonly valid_from?: string;
  readonly valid_to?: string;
  readonly notes?: string;
  readonly provenance?: string;
}
export interface Corrected {
  readonly superseded: PriceRow;
  /** In the order of time: the correction, and what was right of the version before and after it. */
  readonly published: readonly PriceRow[];
}
export interface PriceBatch {
  readonly prices: readonly NewPrice[];
  /** Versions that end now, or are cancelled if they have not begun: rows that somebody removed. */
  readonly ends?: readonly string[];
  /** What the editor saw: the version in force for each place, or `null` for none. Another one by now refuses the batch. */
  readonly seen?: readonly (PricePlace & {
    readonly version_id: string | null;
    /** The one that begins next; left out, whatever is scheduled will do. */
    readonly scheduled_version_id?: string | null;
  })[];
}
/** Where a price stands: one version at a time is in force there. */
export interface PricePlace {
  readonly book: PriceBook;
  readonly owner?: string;
  readonly subject: PriceRow['subject'];
}
export interface PublishedBatch {
  readonly published: readonly PriceRow[];
  readonly ended: readonly PriceRow[];
}

export interface FxRate {
  readonly id: string;
  readonly base: string;
  readonly quote: string;
  /** Major units of `quote` for one of `base`: decimal text where that is exact, else a fraction. */
  readonly rate: string;
  readonly observed_at: string;
  readonly source: string;
  readonly recorded_at: string;
}
export interface NewFxRate {
  readonly base: string;
  readonly quote: string;
  readonly rate: Rational;
  readonly observed_at: string;
  readonly source: string;
}
export interface FxRates {
  list(page: Page, filter?: { readonly base?: string; readonly quote?: string }): Promise<Listed<FxRate>>;
  set(actor: string, rate: NewFxRate): Promise<Outcome<FxRate>>;
}

export interface Voucher {
  readonly id: string;
  readonly code_prefix: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: 'open' | 'redeemed' | 'expired';
  readonly expires_at: string | null;
  readonly redeemed_at: string | null;
  readonly redeemed_wallet_id: string | null;
  readonly top_up_id: string | null;
  readonly author: string;
  readonly created_at: string;
}
export interface NewVouchers {
  readonly codes: readonly { readonly id: string; readonly codeHash: string; readonly codePrefix: string }[];
  readonly amount: Amount;
  readonly currency: string;
  readonly expires_at?: string;
}
export interface Vouchers extends Reading<Voucher, { readonly status?: Voucher['status'] }> {
  create(actor: string, vouchers: NewVouchers): Promise<readonly Voucher[]>;
  findByHash(codeHash: string): Promise<Voucher | undefined>;
  /** Exactly one of several that try succeeds; the others get `conflict`. */
  redeemed(actor: string, voucherId: string, into: { walletId: string; topUpId: string }): Promise<Outcome<Voucher>>;
}

export interface Money {
  readonly amount: string;
  readonly currency: string;
}
export interface UsageRow {
  readonly event_id: string;
  readonly request_id: string;
  readonly revision: number;
  readonly final: boolean;
  /** `false`: a better word on the same call was booked before this one. */
  readonly applied: boolean;
  readonly wallet_id: string;
  readonly organization_id: string | null;
  readonly user_id: string | null;
  readonly virtual_key_id: string;
  readonly name: string;
  readonly provider: string;
  readonly model: string;
  readonly outcome: string;
  readonly charge: Money;
  readonly cost: Money;
  readonly held: Money;
  readonly usage: unknown;
  readonly streamed: boolean;
  readonly started_at: string;
  readonly ended_at: string;
  readonly latency_ms: number;
  readonly first_byte_ms: number | null;
  readonly recorded_at: string;
}
export interface UsageDetail extends UsageRow {
  readonly facts: unknown;
  readonly charge_receipt: unknown;
  readonly cost_receipt: unknown;
  readonly attempts: unknown;
  /** Each time that it was rated again, the last one last. */
  readonly adjustments: readonly UsageAdjustment[];
}
export interface UsageAdjustment {
  readonly rerate_id: string;
  readonly reason: string;
  readonly author: string;
  readonly recorded_at: string;
  readonly charge_before: Money;
  readonly charge: Money;
  readonly cost_before: Money;
  readonly cost: Money;
  readonly charge_receipt: unknown;
  readonly cost_receipt: unknown;
}
export interface UsageFilter {
  readonly wallet?: string;
  readonly virtual_key?: string;
  readonly organization?: string;
  readonly user?: string;
  readonly name?: string;
  readonly provider?: string;
  readonly outcome?: string;
  readonly final?: boolean;
  /** Instants: `from` inclusive, `to` exclusive. */
  readonly from?: string;
  readonly to?: string;
}
/** A film or a song, under way or ended. */
export interface JobRow {
  readonly request_id: string;
  readonly kind: string;
  readonly state: string;
  readonly name: string;
  readonly provider: string;
  readonly upstream_id: string;
  readonly wallet_id: string;
  readonly organization_id: string | null;
  readonly virtual_key_id: string;
  readonly held: { readonly amount: string; readonly currency: string };
  readonly message: string | null;
  readonly started_at: string;
  readonly deadline_at: string;
  readonly ended_at: string | null;
}

export interface JobFilter {
  readonly state?: string;
  readonly kind?: string;
  readonly wallet?: string;
  readonly provider?: string;
}

export interface UsageRecords {
  list(page: Page, filter?: UsageFilter): Promise<Listed<UsageRow>>;
  /** Everything that was ever said about one call, the latest word first. */
  ofRequest(requestId: string): Promise<readonly UsageDetail[]>;
}

export interface AuditEntry {
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly at: string;
}

export interface Sessions {
  open(session: { tokenHash: string; userName: string; expiresAt: number }): Promise<void>;
  /** The user's name, while it lasts. */
  find(tokenHash: string): Promise<string | undefined>;
  close(tokenHash: string): Promise<void>;
}

/** The first answer to an `Idempotency-Key`, sealed, because some answers show a secret once. */
export interface KeptAnswers {
  claim(scope: string, key: string, requestHash: string): Promise<Claim>;
  keep(scope: string, key: string, answer: { status: number; sealedBody: string }): Promise<void>;
  /** The deed was not done: the key is free again. */
  release(scope: string, key: string): Promise<void>;
}
export type Claim =
  | { readonly kind: 'first' }
  | { readonly kind: 'kept'; readonly status: number; readonly sealedBody: string }
  /** `abandoned`: its process ended before it could keep the answer. */
  | { readonly kind: 'running'; readonly abandoned: boolean }
  | { readonly kind: 'other-request' };

/** Every method rejects with `Failure('not_exact')` when the database is away. */
export interface Administration {
  readonly organizations: Keeping<
    Organization,
    NewOrganization,
    Changes<Omit<NewOrganization, 'currency'>>,
    { readonly status?: Organization['status'] }
  >;
  readonly users: Keeping<
    User,
    NewUser,
    Changes<Omit<NewUser, 'currency'>>,
    { readonly organization?: string; readonly status?: User['status'] }
  >;
  readonly customerTypes: Keeping<CustomerType, NewCustomerType, Changes<NewCustomerType>>;
  readonly wallets: Wallets;
  readonly virtualKeys: VirtualKeys;
  readonly configNodes: ConfigNodes;
  readonly providers: Keeping<ProviderRow, NewProvider, Changes<Omit<NewProvider, 'name'>>>;
  readonly providerKeys: ProviderKeys;
  readonly models: Keeping<ModelRow, NewModel, Changes<Omit<NewModel, 'name'>>, { readonly provider?: string }>;
  readonly aliases: Aliases;
  readonly catalogImport: CatalogImport;
  readonly catalogShelf: CatalogShelf;
  readonly prices: Prices;
  readonly standingPrices: StandingPrices;
  readonly providerTerms: ProviderTerms;
  readonly priceProposals: PriceProposals;
  readonly priceMatrix: PriceMatrix;
  readonly fxRates: FxRates;
  readonly vouchers: Vouchers;
  readonly usage: UsageRecords;
  readonly jobs: { list(page: Page, filter?: JobFilter): Promise<Listed<JobRow>> };
  readonly auditLog: { list(page: Page, filter?: AuditFilter): Promise<Listed<AuditEntry>> };
  readonly sessions: Sessions;
  readonly answers: KeptAnswers;
}

export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
}

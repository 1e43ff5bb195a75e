// The names that callers may send: models, and the operator's own names for them.
import type { PoolClient } from 'pg';
import type { ModelKind, Provider, Route, Target } from '#core/catalog/catalog.ts';

interface ModelColumns {
  readonly provider_id: string;
  readonly model_id: string;
  readonly name: string;
  readonly kind: ModelKind;
  readonly context_window: number | null;
  readonly max_output_tokens: number | null;
  readonly default_output_tokens: number | null;
  readonly tokenizer: string;
  readonly streams_all_output: boolean;
  readonly created_at: Date;
}

interface AliasColumns {
  readonly name: string;
  readonly targets: readonly string[];
  readonly created_at: Date;
}

export async function readRoutes(
  client: PoolClient,
  providers: ReadonlyMap<string, Provider>,
): Promise<readonly Route[]> {
  const models = await client.query<ModelColumns>({
    name: 'directory-models',
    text: `select provider_id, model_id, name, kind, context_window, max_output_tokens, default_output_tokens, tokenizer,
        streams_all_output, created_at
      from faregate.model where status in ('available', 'preview') order by name`,
  });
  const aliases = await client.query<AliasColumns>({
    name: 'directory-aliases',
    text: 'select name, targets, created_at from faregate.alias order by name',
  });
  const named = new Map(
    models.rows.flatMap((model) => {
      const provider = providers.get(model.provider_id);
      return provider ? [[model.name, { model, target: targetOf(model, provider) }] as const] : [];
    }),
  );
  const ofAliases = aliases.rows.flatMap((alias): Route[] => {
    const found = alias.targets.flatMap((name) => named.get(name) ?? []);
    const kind = found[0]?.model.kind;
    if (kind === undefined) return [];
    const targets = found.filter(({ model }) => model.kind === kind).map(({ target }) => target);
    return [{ name: alias.name, subject: 'alias', kind, targets, createdAt: alias.created_at.getTime() }];
  });
  // An alias may stand before a model of its own name, to give it other targets.
  const taken = new Set(ofAliases.map((route) => route.name));
  const ofModels = [...named.values()]
    .filter(({ model }) => !taken.has(model.name))
    .map(({ model, target }): Route => ({
      name: model.name,
      subject: 'model',
      kind: model.kind,
      targets: [target],
      createdAt: model.created_at.getTime(),
    }));
  return [...ofModels, ...ofAliases];
}

function targetOf(model: ModelColumns, provider: Provider): Target {
  const { context_window, max_output_tokens, default_output_tokens } = model;
  return {
    provider,
    model: model.model_id,
    name: model.name,
    ...(context_window === null ? undefined : { contextWindow: context_window }),
    ...(max_output_tokens === null ? undefined : { maxOutputTokens: max_output_tokens }),
    ...(default_output_tokens === null ? undefined : { defaultOutputTokens: default_output_tokens }),
    tokenizer: model.tokenizer,
    streamsAllOutput: model.streams_all_output,
  };
}

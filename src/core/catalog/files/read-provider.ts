import { providerNames } from '../names.ts';
import { Fields, type Place, said } from './fields.ts';
import { type CatalogProvider, modelTypes } from './catalog-content.ts';
import type { Written } from './written.ts';

export function readProvider(written: Written, place: Place): CatalogProvider {
  const fields = new Fields(written, place);
  const outputLimitField = fields.word('output_limit_field', ['max_tokens', 'max_completion_tokens']);
  const provider = said<CatalogProvider>({
    name: fields.matching('name', providerNames.pattern, 'short name of small letters') ?? '',
    display_name: fields.required('display_name'),
    type: fields.word('type', modelTypes) ?? 'llm',
    adapter: fields.required('adapter'),
    base_url: fields.matching('base_url', /^https?:\/\/[^\s?#@]+$/, 'http address') ?? '',
    api_version: fields.text('api_version'),
    logo_url: fields.text('logo_url'),
    description: fields.text('description'),
    documentation_url: fields.text('documentation_url'),
    // Nobody has a credential for it before an operator brings one.
    settings: {
      requires_key: true,
      ...(outputLimitField === undefined ? {} : { output_limit_field: outputLimitField }),
    },
  });
  for (const name of ['name', 'base_url']) if (!fields.has(name)) fields.problem(name, 'It is missing.');
  fields.nothingElse();
  return provider;
}

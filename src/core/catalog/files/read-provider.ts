import { credentialHeaders, dispensableFields, headerValue, isHeaderOfOurs, regionName } from '../manners.ts';
import { providerNames } from '../names.ts';
import { Fields, type Place, said } from './fields.ts';
import { type CatalogProvider, modelTypes } from './catalog-content.ts';
import type { Written } from './written.ts';

export function readProvider(written: Written, place: Place): CatalogProvider {
  const fields = new Fields(written, place);
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
    settings: readSettings(fields),
  });
  for (const name of ['name', 'base_url']) if (!fields.has(name)) fields.problem(name, 'It is missing.');
  fields.nothingElse();
  return provider;
}

function readSettings(fields: Fields): CatalogProvider['settings'] {
  const leavesOut = readLeftOut(fields);
  const headers = readHeaders(fields);
  const limitField = fields.word('output_limit_field', ['max_tokens', 'max_completion_tokens']);
  if (leavesOut?.includes(limitField ?? 'max_tokens')) {
    fields.problem('leaves_out', 'The limit would be written nowhere: output_limit_field names the other field.');
  }
  return said({
    // Unless it says so, nobody has a credential for it before an operator brings one.
    requires_key: fields.yesNo('requires_key') ?? true,
    output_limit_field: limitField,
    on_hang_up: fields.word('on_hang_up', ['close', 'drain']),
    credential_header: fields.word('credential_header', credentialHeaders),
    region: fields.matching('region', regionName, 'region such as us-east-1'),
    leaves_out: leavesOut,
    headers,
  });
}

function readLeftOut(fields: Fields): readonly string[] | undefined {
  const words = fields.words('leaves_out');
  for (const word of words) {
    if (!dispensableFields.some((field) => field === word)) {
      fields.problem('leaves_out', `"${word}" is none of ${dispensableFields.join(', ')}.`);
    }
  }
  return words.length === 0 ? undefined : words;
}

function readHeaders(fields: Fields): Readonly<Record<string, string>> | undefined {
  const written = fields.written('headers');
  if (written === undefined) return undefined;
  const named = new Fields(written, fields.inside('headers'));
  const headers = named.names.map((name) => {
    if (!isHeaderOfOurs(name))
      named.problem(name, 'A header in small letters belongs here, and none for a credential.');
    return [name, named.matching(name, headerValue, 'short text in ASCII') ?? ''] as const;
  });
  return Object.fromEntries(headers);
}

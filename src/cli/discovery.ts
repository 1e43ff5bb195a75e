// faregate models discover: what a provider offers, asked of itself.
import type { Command } from 'commander';
import { pathOf, type Row } from './ask.ts';
import { answer, command, type CommonOptions, type Said, text } from './command.ts';
import { printTable } from './print.ts';

type Options = CommonOptions & Said;

export function discoveryCommands(program: Command): void {
  const models = program.commands.find((each) => each.name() === 'models');
  if (!models) throw new Error('The command "models" is missing.');
  command(models, 'discover <provider>', 'ask a provider for its models; shows which have prices')
    .option('--import', 'take the missing into the catalogue, and price what has no price')
    .option('--price-per-request <price>', 'what imported models cost until somebody sets a better price')
    .option('--currency <code>', 'usd if missing')
    .option('--only <ids...>', 'import only these')
    .action((provider: string, options: Options) => {
      const body = options['import'] === true ? { import: importOf(options) } : {};
      const path = `providers/${pathOf(provider)}/discover`;
      return answer(options, { method: 'POST', path, body }, printDiscovery);
    });
}

function importOf(options: Options): object {
  const price = text(options['pricePerRequest']);
  if (price === undefined) throw new Error('An import needs --price-per-request: what has no price cannot be called.');
  const [currency, only] = [text(options['currency']), options['only']];
  return {
    price_per_request: price,
    ...(currency === undefined ? {} : { currency }),
    ...(Array.isArray(only) ? { models: only } : {}),
  };
}

function printDiscovery(row: Row): void {
  printTable({ data: row['models'] }, ['model_id', 'kind', 'name', 'priced']);
  for (const field of ['imported', 'priced', 'unusable']) {
    const names = row[field];
    if (Array.isArray(names)) console.log(`${field}: ${names.length === 0 ? 'none' : names.map(String).join(', ')}`);
  }
}

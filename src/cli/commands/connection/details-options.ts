import type { Command } from 'commander';
import { type NamedReference, readReference } from '../../input/read-reference.ts';
import { UsageError } from '../../usage-error.ts';
import { collectPairs } from '../shared.ts';

export function withDetails(command: Command): Command {
  return command
    .option('--set <field=value>', 'a setting; repeat for more; a member of a group as ssl.verifyCert=true', collectPairs)
    .option('--secrets-stdin', 'read a JSON object of secrets from standard input')
    .option('--reference <provider:path#key>', 'the credentials stay there: env:MCD_SALES, or file:/run/secrets/sales.json', readReference);
}

export function refuseBoth(reference: NamedReference | undefined, secrets: boolean | undefined): void {
  if (reference !== undefined && secrets === true)
    throw new UsageError('With --reference the secrets stay where they are: give none, and settings beside them with --set alone.');
}

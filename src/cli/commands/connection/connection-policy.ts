import type { Command } from 'commander';
import { type CommitPolicy, type InFlightPolicy, type ParityPolicy, setConnectionPolicy, showPolicy } from '../../documents/documents.ts';
import { required } from '../../gateway/present.ts';
import { print, safeText } from '../../output/output.ts';
import { gatewayCommand, oneOf, wholeNumber } from '../shared.ts';

export function addPolicyCommand(connection: Command): void {
  gatewayCommand<PolicyOptions>(
    connection,
    'policy <connection>',
    'show the policy, or set what is given and keep the rest; to set it needs an owner',
    (command) =>
      command
        .addOption(oneOf('--in-flight <policy>', 'what live leases mean for a commit', ['OVERLAP', 'REFUSE', 'WAIT']))
        .addOption(oneOf('--commit-policy <policy>', 'whether a commit needs proof', ['VALIDATED', 'ADVISORY']))
        .addOption(oneOf('--parity <policy>', 'what a login that may do less than the one in use means', ['REQUIRED', 'WARN', 'OFF']))
        .option('--overlap <seconds>', 'how long a replaced version stays valid at least', wholeNumber('--overlap', 10_800, 7_776_000)),
    async (gateway, output, { inFlight, commitPolicy, parity, overlap }, [id = '']) => {
      // An option that was not given is undefined, and JSON leaves it out.
      const policy = { inFlight, commitPolicy, parity, overlapSeconds: overlap };
      if (Object.values(policy).some((value) => value !== undefined)) await gateway.run(setConnectionPolicy, { id, policy });
      const { policy: now } = required((await gateway.run(showPolicy, { id })).connection);
      print(output, now, () => Object.entries(now).map(([name, value]) => `${name.padEnd(14)}  ${safeText(value)}`));
    },
  );
}

interface PolicyOptions {
  readonly inFlight?: InFlightPolicy;
  readonly commitPolicy?: CommitPolicy;
  readonly parity?: ParityPolicy;
  readonly overlap?: number;
}

import type { Details } from '../connection/details/details.ts';
import type { Problem } from '../connector/validation.ts';
import { MATILLION_NAMING } from './named-secrets.ts';

/**
 * AWS ends the ARN of a secret with a hyphen and six characters that it makes up. Asked for a name that ends so by itself, it may look for a
 * secret of the name without them.
 */
export function arnSuffixWarnings(details: Details): readonly Problem[] {
  const members = MATILLION_NAMING.secretsOf(details).flatMap(({ member, name, location, records }) => {
    const isAws = location !== null && (location.type ?? 'AWS').startsWith('AWS') && location.region !== undefined;
    return isAws && records === null && !name.startsWith('arn:') && /-[A-Za-z0-9]{6}$/.test(name) ? [member] : [];
  });
  return [...new Set(members)].map((member) => ({
    code: 'SECRET_AMBIGUOUS',
    cause: 'a name that ends like an ARN',
    friendlyMessage: `The secret name in ${member} ends with a hyphen and six characters, as ARNs of AWS Secrets Manager do.`,
    resolution: 'Give the whole ARN, or rename the secret: AWS may else look for one whose name lacks that end.',
  }));
}

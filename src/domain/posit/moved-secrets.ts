import { DomainError } from '../errors/errors.ts';
import { isSecretKey, type PositConfig, type PositTemplate } from './template.ts';

/**
 * Secrets that a template does not name are kept in one field, so that who sends one of them sends the field. Those that are not sent have to
 * be given again, too, where the change alters where secrets go. Throws SECRET_REENTRY_REQUIRED.
 */
export function requireUnnamedSecrets(
  template: PositTemplate,
  { before, after, sent }: { readonly before: PositConfig; readonly after: PositConfig; readonly sent: readonly string[] },
): void {
  const moves = template.keys.some(({ name, isEndpoint }) => isEndpoint && before[name] !== after[name]);
  const kept = Object.keys(after).filter((name) => isSecretKey(template, name) && !sent.includes(name));
  if (moves && kept.length > 0)
    throw new DomainError('SECRET_REENTRY_REQUIRED', `The change alters where secrets are sent; give them again: ${kept.join(', ')}.`, {
      path: `config.${kept[0]}`,
      fields: kept,
    });
}

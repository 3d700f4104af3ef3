import type { Rule } from '../../../domain/connector/connector.ts';
import { secret, setting } from '../../../domain/connector/field.ts';
import { ORIGIN, secretText, text } from '../../../domain/connector/field-types.ts';

interface Given {
  readonly origin: string;
  readonly url: string;
}

/**
 * A URL that is a secret itself, since whoever knows it may post. Its origin is given as a setting, too: that is public, and says where
 * everything goes, so the two have to agree.
 */
export function secretUrlFields(isUrl: (url: URL) => boolean, described: { readonly url: string; readonly mustBe: string }) {
  const fits = (value: string) => URL.canParse(value) && isUrl(new URL(value));
  return {
    origin: setting(
      text(512).refine(
        (value) => URL.canParse(value) && new URL(value).origin === value && isUrl(new URL(value)),
        'must be an origin alone',
      ),
      { endpoint: ORIGIN, identity: true, title: 'Origin', description: 'Scheme, host and port of the URL, without a path.' },
    ),
    url: secret(secretText().max(2048).refine(fits, described.mustBe), { title: 'URL', description: described.url }),
  };
}

/** The URL stands at the origin that is given beside it. */
export const ofOneOrigin: Rule<Given> = ({ origin, url }) =>
  new URL(url).origin === new URL(origin).origin ? null : { path: 'origin', message: 'must be the origin of url' };

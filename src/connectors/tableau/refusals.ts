import type { HttpFailure } from '../kits/http/http-session.ts';
import { type Meaning, says } from '../kits/problems.ts';

/** Numbers that Tableau writes into the detail of a refused token of a connected app: help.tableau.com, "Troubleshoot Connected Apps". */
const OF_APPS: Readonly<Record<string, Meaning>> = {
  5: says('CREDENTIALS_REJECTED', 'The site has no user of that name.', 'Check username, whose case matters, and siteName.'),
  16: says('CREDENTIALS_REJECTED', 'Tableau refused the token of the connected app.', 'Check clientId, secretId and secretValue.'),
  67: says('ACCESS_DENIED', 'On-demand access of the connected app is off.', 'Turn it on, or give a user of the site.'),
  126: says(
    'CREDENTIALS_REJECTED',
    'The connected app does not exist on this site, or is disabled.',
    'Check clientId and siteName, and enable the app.',
  ),
  127: says('CREDENTIALS_REJECTED', 'The connected app has no such secret.', 'Check secretId, and make a new secret where it was deleted.'),
};

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'Tableau refused the login. It says the same of a site that does not exist.',
  'Check the credentials and siteName. A personal access token ends after 15 days without use; Tableau Cloud takes no passwords where sign-in has more than one factor.',
);

export function explainTableau({ about, status, code, text }: HttpFailure): Meaning | null {
  const ofApp = OF_APPS[/\(errorCode=(\d+)\)/.exec(text)?.[1] ?? ''];
  if (ofApp !== undefined) return ofApp;
  if (code === '401001' || (about === 'login' && status === 401)) return REFUSED;
  if (code.startsWith('403')) return says('PERMISSION_MISSING', 'The user may not see this.', 'Give it a site role that may.');
  if (code.startsWith('429')) return 'RATE_LIMITED';
  // A redirect turns the request into another one, which Tableau does not take.
  return status === 405
    ? says('PROTOCOL_ERROR', 'What answered does not take a sign-in.', 'Give the https URL that the server redirects to.')
    : null;
}

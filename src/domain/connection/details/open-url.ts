/** Names of parameters, without dashes and dots, that hold what lets somebody in. */
const SECRET_NAME =
  /token|secret|passw|passphrase|pwd|credential|apikey|accesskey|privatekey|secretkey|sharedkey|subscriptionkey|functionkey|authkey|authorization|bearer|signature|session|^(auth|code|hmac|jwt|key|pass|pin|pw|sas|sid|sig|user|username|login)$/;
/** What many services mint: a known beginning, three parts with dots, or a long run of letters and digits together. */
const SECRET_VALUE =
  /^(sk|pk|rk|ghp|gho|ghs|github_pat|glpat|xox[abprs]|shpat|dapi|AKIA|ASIA|AIza|ya29|eyJ)[-_.]?[A-Za-z0-9_-]{8,}|^[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}$|^(?=.*[A-Za-z])(?=.*\d)[A-Za-z0-9+/=_-]{20,}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** True of an http or https URL that may be stored and shown in clear. */
export function isOpenUrl(value: string): boolean {
  if (!/^https?:\/\//i.test(value) || value.includes('#') || !URL.canParse(value)) return false;
  const { protocol, username, password, searchParams } = new URL(value);
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '' || hasEmptyUser(value)) return false;
  return [...searchParams].every(([name, given]) => isOpenParameter(name, given));
}

/** `https://@host` has a user, who has no name. Parsers skip any number of slashes of either kind. */
function hasEmptyUser(value: string): boolean {
  return /^[a-z]+:[\\/]*[^\\/?]*@/i.test(value);
}

function isOpenParameter(name: string, given: string): boolean {
  if (SECRET_NAME.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''))) return given === '';
  if (UUID.test(given)) return true;
  // A URL within a URL, or a secret without a name: `?0123456789abcdef0123`.
  if (/:[\\/]*[^\\/?]*@/.test(given)) return false;
  return !SECRET_VALUE.test(given) && (given !== '' || !SECRET_VALUE.test(name));
}

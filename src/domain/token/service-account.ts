/** A token as the service account that clients of MongoDB Atlas want: another spelling of the same id, and of the same secret. */

const ID = 'mdb_sa_id_';
const SECRET = 'mdb_sa_sk_';

/** `mdb_sa_id_` and 24 hexadecimal digits, the last ones of the token's id. */
export function serviceAccountId(tokenId: string): string {
  return ID + shortId(tokenId);
}

/** What clients that want 24 hexadecimal digits are given in the place of one of our ids: its last ones, which are random. */
export function shortId(id: string): string {
  return id.replaceAll('-', '').slice(-24);
}

export function serviceAccountSecret(secret: string): string {
  return SECRET + secret;
}

/** The token's own secret, whether it comes in that spelling or in ours. */
export function secretOfServiceAccount(text: string): string {
  return text.startsWith(SECRET) ? text.slice(SECRET.length) : text;
}

/** Whether what a client calls its id is this token's, in either spelling. */
export function namesToken(given: string, tokenId: string): boolean {
  return given === tokenId || given === serviceAccountId(tokenId);
}

/** The account that the tests of AWS's kinds are about: a user of its own for each thing that may be wrong with one. */
export const REGION = 'eu-west-1';
const ACCOUNT = '123456789012';

export const arnOf = (kind: 'user' | 'role', name: string) => `arn:aws:iam::${ACCOUNT}:${kind}/${name}`;

export function keyOf(name: string) {
  return { accessKeyId: `AKIA${name.toUpperCase()}`, secretAccessKey: `secret/of+${name} with a blank` };
}

/** A user with a path, and what it may do. */
export function userOf(name: string, allow: readonly string[]) {
  return { ...keyOf(name), arn: arnOf('user', `teams/data/${name}`), allow };
}

/** An address of the fake: plain on this machine, where alone that is taken. */
export function originOf(host: string, port: number): string {
  return `http${host === '127.0.0.1' ? '' : 's'}://${host}:${port}`;
}

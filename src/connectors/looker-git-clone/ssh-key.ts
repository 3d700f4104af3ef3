import { createPrivateKey } from 'node:crypto';

/** The key in a form that ssh2 reads, which knows OpenSSH's own and the older ones of RSA and EC, and not PKCS #8. */
export function readSshKey(given: string): string {
  const pem = given.includes('-----BEGIN') ? given : Buffer.from(given, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN PRIVATE KEY-----')) return pem;
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString();
  } catch {}
  // Left for ssh2 to refuse.
  return pem;
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_AUTHORITY, TEST_CERTIFICATE } from '../fakes/test-certificate.ts';

/** Settings of a gateway that serves HTTPS itself, and the file of the authority that its clients have to trust. */
export function overTls(): { readonly settings: Readonly<Record<string, string>>; readonly authorityFile: string } {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-tls-'));
  const write = (name: string, pem: string) => {
    const file = join(folder, name);
    writeFileSync(file, pem, { mode: 0o600 });
    return file;
  };
  return {
    settings: {
      CHANGEOVER_TLS_CERT_FILE: write('certificate.pem', TEST_CERTIFICATE.cert),
      CHANGEOVER_TLS_KEY_FILE: write('key.pem', TEST_CERTIFICATE.key),
    },
    authorityFile: write('authority.pem', TEST_AUTHORITY),
  };
}

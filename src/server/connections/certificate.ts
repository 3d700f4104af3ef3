import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createSecureContext, Server as TlsServer } from 'node:tls';
import { StartupError } from '../../domain/errors/startup-error.ts';

/** The files of the certificate that the gateway serves HTTPS with, and of its private key, both PEM. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads both, and holds the one against the other. Throws StartupError that names the setting to mend. */
export function readCertificate({ certFile, keyFile }: CertificateFiles): Certificate {
  const cert = readPem('CHANGEOVER_TLS_CERT_FILE', certFile);
  const key = readPem('CHANGEOVER_TLS_KEY_FILE', keyFile);
  try {
    createSecureContext({ cert });
  } catch {
    throw new StartupError('CHANGEOVER_TLS_CERT_FILE must hold a certificate in PEM, the whole chain with the server’s own first.');
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    throw new StartupError(
      'CHANGEOVER_TLS_KEY_FILE must hold the private key, in PEM and without a passphrase, of the first certificate in CHANGEOVER_TLS_CERT_FILE.',
    );
  }
  return { cert, key };
}

function readPem(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new StartupError(`${setting} names a file that can't be read (${code}): ${file}`);
  }
}

/** Serves what comes from now on with the certificate that is in the files now; connections that stand keep theirs. Throws StartupError. */
export function renewCertificate(server: Server, files: CertificateFiles): void {
  const certificate = readCertificate(files);
  const listener: unknown = server;
  if (listener instanceof TlsServer) listener.setSecureContext(certificate);
}

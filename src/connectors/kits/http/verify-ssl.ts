import { z } from 'zod';
import type { HttpTls } from '../../../domain/connector/egress.ts';
import { setting } from '../../../domain/connector/field.ts';
import { problem } from '../problems.ts';
import type { Finding } from '../usual-validators.ts';

interface Given {
  readonly verifySsl: boolean;
}

/** The lead API's `verifySsl`. Whoever turns it off lets anybody answer, so the secrets have to be given again. */
export function verifySsl() {
  return setting(z.boolean().default(true), {
    endpoint: { part: (value) => value ?? true, stricter: (_, after) => after === true },
    title: 'Verify TLS',
    description: "Check the server's certificate and the name in it, true unless given.",
  });
}

export function tlsOfVerifySsl({ verifySsl: verified }: Given): HttpTls {
  return { rejectUnauthorized: verified };
}

/** The finding of a check that has otherwise passed. */
export function warnUnverified({ verifySsl: verified }: Given): Finding {
  return { warnings: verified ? [] : [UNVERIFIED] };
}

const UNVERIFIED = problem(
  'NOT_PROTECTED',
  'verifySsl is false',
  'Whoever answers at that address is sent the credentials: the certificate is not checked.',
  'Give the server a certificate that is trusted, and set verifySsl to true.',
);

import { EgressError, type EgressErrorCode } from '../domain/connector/egress.ts';
import type { Problem } from '../domain/connector/validation.ts';

type Texts = Omit<Problem, 'code'>;
type NetworkCode = Exclude<EgressErrorCode, 'TOO_LARGE' | 'INVALID_HEADER_VALUE'> | 'PROTOCOL_ERROR' | 'INTERNAL';

/** The problem for each way in which a connection fails on the network. A connector adds those for the answers of its own system. */
const TEXTS: Readonly<Record<NetworkCode, Texts>> = {
  EGRESS_DENIED: {
    cause: 'address not allowed by the egress policy',
    friendlyMessage: 'This gateway may not dial that address.',
    resolution:
      'Check the host. If it is meant to be reached from here, the operator lists its network or name in CHANGEOVER_EGRESS_ALLOW and restarts.',
  },
  HOST_UNRESOLVED: {
    cause: 'DNS lookup failed',
    friendlyMessage: 'The host name has no address.',
    resolution: 'Check the spelling of the host, and that the DNS of this gateway knows it.',
  },
  PORT_CLOSED: {
    cause: 'connection refused',
    friendlyMessage: 'The host is there, but nothing listens on that port.',
    resolution: 'Check the port, and that the server is running and accepts connections from this gateway.',
  },
  UNREACHABLE: {
    cause: 'no route or connection reset',
    friendlyMessage: 'The host could not be reached.',
    resolution: 'Check the host and port, and the firewalls between this gateway and the host.',
  },
  TLS_UNTRUSTED: {
    cause: 'certificate not trusted',
    friendlyMessage: "The server's certificate is not trusted.",
    resolution:
      'Give the certificate authority that signed it (caData), or have the server present a valid certificate for this host name.',
  },
  TIMEOUT: {
    cause: 'deadline passed',
    friendlyMessage: 'The system did not answer in time.',
    resolution: 'Check the host and port, and that a firewall does not drop the packets silently; then try again.',
  },
  PROTOCOL_ERROR: {
    cause: 'the answer is larger than any that was asked for',
    friendlyMessage: 'What answered sent far more than a system of this kind does.',
    resolution: 'Check the host and port; another service may be listening there.',
  },
  INTERNAL: {
    cause: 'the check failed to run',
    friendlyMessage: 'The check itself failed; nothing is known about the credentials.',
    resolution: 'Try again. If it happens again, report it with the request id.',
  },
};

/** A problem for whatever a validator threw: the code of the egress module, or INTERNAL; never the error's own text. */
export function problemFor(error: unknown): Problem {
  const code = error instanceof EgressError ? networkCodeOf(error.code) : 'INTERNAL';
  return { code, ...TEXTS[code] };
}

function networkCodeOf(code: EgressErrorCode): NetworkCode {
  if (code === 'TOO_LARGE') return 'PROTOCOL_ERROR';
  return code === 'INVALID_HEADER_VALUE' ? 'INTERNAL' : code;
}

export function driverNotInstalled(packageName: string, install: string): Problem {
  return {
    code: 'DRIVER_NOT_INSTALLED',
    cause: `the package ${packageName} is not installed`,
    friendlyMessage: 'The driver of this kind is optional, and is not installed on this gateway.',
    resolution: `Where Changeover is installed, run: ${install}`,
  };
}

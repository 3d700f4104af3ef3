import type { Problem } from '../../domain/connector/validation.ts';
import type { DatabricksDetails } from './define-databricks.ts';
import { DatabricksError } from './workspace.ts';

/** A problem for what Databricks answered; for what the network did an EgressError is thrown on, which the worker explains. */
export function problemOf(error: unknown, details: DatabricksDetails): Problem {
  if (!(error instanceof DatabricksError)) throw error;
  const { stage, status, code, text } = error;
  const named = /^[A-Za-z]\w{0,60}$/.test(code) ? ` ${code}` : '';
  const cause = `${stage === 'login' ? 'the token endpoint' : 'the workspace'} answered ${status}${named}`;
  if (status === 429)
    return { code: 'RATE_LIMITED', cause, friendlyMessage: 'Databricks asked to be called less often.', resolution: 'Try again later.' };
  if (status >= 500)
    return {
      code: 'PROVIDER_DOWN',
      cause,
      friendlyMessage: 'Databricks is not working at the moment.',
      resolution: 'Try again when it is.',
    };
  // Address lists answer with the same status as a bad token, so the text decides.
  if (/IP ACL|IP access list/i.test(text))
    return {
      code: 'ACCESS_DENIED',
      cause,
      friendlyMessage: "The workspace's IP access list does not let this gateway in.",
      resolution: "Add the gateway's address to the IP access list of the workspace.",
    };
  if (stage === 'login') return loginProblem(status, cause, details);
  if (stage === 'statement') return statementProblem(code, details);
  if (status === 401 || (status === 403 && code !== 'PERMISSION_DENIED')) return rejected(cause, details);
  if (status === 403)
    return {
      code: 'ACCESS_DENIED',
      cause,
      friendlyMessage: 'The login is right, but it may not do this in the workspace.',
      resolution: 'Give it the entitlements Workspace access and Databricks SQL access.',
    };
  return {
    code: 'PROTOCOL_ERROR',
    cause,
    friendlyMessage: 'What answered does not look like a Databricks workspace.',
    resolution: 'Check databricksWorkspaceUrl: the address of the workspace, without a path.',
  };
}

function loginProblem(status: number, cause: string, details: DatabricksDetails): Problem {
  // RFC 6749 answers a wrong client with 400 or 401; Entra uses both.
  if (status === 400 || status === 401 || status === 403) return rejected(cause, details);
  return {
    code: 'PROTOCOL_ERROR',
    cause,
    friendlyMessage: 'No token could be obtained at that address.',
    resolution: 'Check databricksWorkspaceUrl, or azureTenantId and azureLoginUrl for a service principal that Azure manages.',
  };
}

function rejected(cause: string, { token }: DatabricksDetails): Problem {
  return {
    code: 'CREDENTIALS_REJECTED',
    cause,
    friendlyMessage: token === undefined ? 'Databricks refused the client id and secret.' : 'Databricks refused the token.',
    resolution:
      token === undefined
        ? "Check both; make a new secret on the service principal's Secrets tab, and check that the principal is assigned to this workspace."
        : 'Make a new token; it may have expired or been revoked, or belong to another workspace.',
  };
}

function statementProblem(code: string, { warehouseId }: DatabricksDetails): Problem {
  const cause = /^[A-Za-z0-9_]{1,60}$/.test(code) ? `the statement failed (${code})` : 'the statement failed';
  return {
    code: 'ACCESS_DENIED',
    cause,
    friendlyMessage: 'The warehouse did not run the check.',
    resolution: `Look the statement up in the query history of warehouse ${warehouseId}.`,
  };
}

/** The warehouse is there and is not ready: nothing about the credentials follows from it. */
export function notReady(): Problem {
  return {
    code: 'SKIPPED',
    cause: 'the warehouse did not run the statement within 5 s',
    friendlyMessage: 'The warehouse is starting or busy, so this could not be checked yet.',
    resolution: 'Run this check again in a few minutes, when the warehouse runs.',
  };
}

/** A workspace that has only the metastore of old has no information schema to ask. */
export function lacksUnityCatalog(error: unknown): boolean {
  return (
    error instanceof DatabricksError &&
    error.stage === 'statement' &&
    /UC_NOT_ENABLED|(TABLE_OR_VIEW|SCHEMA|CATALOG)_NOT_FOUND|NO_SUCH_CATALOG/.test(error.text)
  );
}

export function noUnityCatalog(): Problem {
  return {
    code: 'SKIPPED',
    cause: 'no system.information_schema',
    friendlyMessage: 'The workspace has no Unity Catalog that the login may ask, so grants could not be checked.',
    resolution: 'Check by hand that the login may do what the jobs need.',
  };
}

/** An identifier as Databricks SQL takes it. */
export function quoted(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

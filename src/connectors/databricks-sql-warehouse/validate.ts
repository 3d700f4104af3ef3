import { z } from 'zod';
import type { ValidatorInput, ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import type { DatabricksDetails } from './define-databricks.ts';
import { lacksUnityCatalog, notReady, noUnityCatalog, problemOf } from './problems.ts';
import { DatabricksError, notDatabricks, openWorkspace, type Workspace } from './workspace.ts';

type Input = ValidatorInput<DatabricksDetails>;

export interface Identity {
  /** As grants name it: the application id of a service principal, the e-mail address of a person. */
  readonly name: string;
  readonly groups: readonly string[];
}

/** Runs a check in the workspace as the candidate's login; what Databricks refuses becomes a problem. */
export async function inWorkspace(input: Input, check: (workspace: Workspace) => Promise<ValidatorReport>): Promise<ValidatorReport> {
  try {
    return await check(await openWorkspace(input));
  } catch (error) {
    return lacksUnityCatalog(error)
      ? { errors: [], warnings: [noUnityCatalog()] }
      : { errors: [problemOf(error, input.credentials)], warnings: [] };
  }
}

export async function validateConnection(input: Input): Promise<ValidatorReport> {
  return await inWorkspace(input, async (workspace) => {
    await askIdentity(workspace);
    const { problem, state } = await findWarehouse(workspace, input.credentials.warehouseId);
    return { errors: problem === null ? [] : [problem], warnings: [], data: { returnedData: { warehouseState: state } } };
  });
}

export async function validateIdentity(input: Input): Promise<ValidatorReport> {
  return await inWorkspace(input, async (workspace) => {
    const identity = await askIdentity(workspace);
    const warnings: Problem[] = identity.groups.includes('admins')
      ? [
          {
            code: 'NOT_PROTECTED',
            cause: 'the login is a workspace administrator',
            friendlyMessage: 'This login may do anything in the workspace.',
            resolution: 'Use a service principal with just what the jobs need, or take it out of the group admins.',
          },
        ]
      : [];
    return { errors: [], warnings, data: { returnedData: identity } };
  });
}

export async function validateWarehouse(input: Input): Promise<ValidatorReport> {
  return await inWorkspace(input, async (workspace) => {
    const rows = await workspace.query('SELECT 1 AS one').catch((error: unknown) => {
      if (error instanceof DatabricksError && error.status === 403) return 'denied' as const;
      throw error;
    });
    if (rows === 'denied') return { errors: [mayNotUse(input.credentials.warehouseId)], warnings: [] };
    return rows === null
      ? { errors: [], warnings: [notReady()] }
      : { errors: [], warnings: [], data: { queriesWithResults: [{ query: 'SELECT 1 AS one', rows: JSON.stringify(rows) }] } };
  });
}

/** Who the login is, by the SCIM API, which every principal may ask about itself. */
export async function askIdentity(workspace: Workspace): Promise<Identity> {
  return readPrincipal(await workspace.get('/api/2.0/preview/scim/v2/Me'));
}

const PRINCIPAL = z
  .object({
    applicationId: z.string().nullish(),
    userName: z.string().nullish(),
    groups: z.array(z.object({ display: z.string().nullish() })).nullish(),
  })
  .transform(({ applicationId, userName, groups }) => ({
    name: applicationId ?? userName ?? '',
    groups: (groups ?? []).flatMap(({ display }) => display ?? []),
  }));

/** A principal without a name is none: any server may answer anything with JSON, and proves nothing by it. */
export function readPrincipal(principal: unknown): Identity {
  const read = PRINCIPAL.safeParse(principal);
  if (!read.success || read.data.name === '') throw notDatabricks('request');
  return read.data;
}

async function findWarehouse(
  workspace: Workspace,
  id: string,
): Promise<{ readonly problem: Problem | null; readonly state: string | null }> {
  try {
    const { id: found, state } = await workspace.get(`/api/2.0/sql/warehouses/${encodeURIComponent(id)}`);
    if (found !== id) throw notDatabricks('request');
    return { problem: null, state: typeof state === 'string' ? state : null };
  } catch (error) {
    if (!(error instanceof DatabricksError)) throw error;
    if (error.status === 403 && error.code === 'PERMISSION_DENIED') return { problem: mayNotUse(id), state: null };
    if (error.status !== 404 && error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
    return {
      problem: {
        code: 'DATABASE_NOT_FOUND',
        cause: 'no warehouse of that id',
        friendlyMessage: 'The login works, but the workspace has no SQL warehouse of that id.',
        resolution: "Check databricksWarehouseId: it is the last part of the warehouse's HTTP path.",
      },
      state: null,
    };
  }
}

function mayNotUse(id: string): Problem {
  return {
    code: 'PERMISSION_MISSING',
    cause: 'no permission on the warehouse',
    friendlyMessage: 'The login works, but it may not use the SQL warehouse.',
    resolution: `Give it CAN USE on warehouse ${id}: SQL Warehouses, the warehouse, Permissions.`,
  };
}

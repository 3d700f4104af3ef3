import type { GraphQLSchema } from 'graphql';
import type { Services } from '../operations/services.ts';
import { addAccount } from './account.ts';
import { addAdding } from './add.ts';
import { createBuilder } from './builder.ts';
import { addCatalogue } from './catalogue.ts';
import { addChanges } from './change.ts';
import { addConnectionQueries, createConnectionTypes } from './connection.ts';
import { addContainers } from './container.ts';
import { withCountedRows } from './count-rows.ts';
import { addIntegrations } from './integration.ts';
import { addKeys } from './keys.ts';
import { addGenericStaging, addKindOperations } from './kind-operations.ts';
import { addLeases, createLeaseTypes } from './lease.ts';
import { addManagement } from './manage.ts';
import { addNetwork } from './network.ts';
import { createPageTypes } from './page.ts';
import { addPlatformServices } from './platform-service.ts';
import { createRefs } from './refs.ts';
import { addSecretGrants } from './secret-grant.ts';
import { addSelfHosted } from './self-hosted.ts';
import { addSites } from './site.ts';
import { addTestDatabase } from './test-database.ts';
import { addAudit, addTokens } from './token.ts';
import { withTolerantInt } from './tolerant-int.ts';
import { addValidationOperations, createValidationTypes } from './validation.ts';

/** The whole schema, of the connectors that are loaded: one call for each aggregate, types before what uses them. */
export function createSchema(services: Pick<Services, 'connectors'>): GraphQLSchema {
  const builder = createBuilder();
  const pages = createPageTypes(builder);
  const refs = createRefs(builder);
  const connections = createConnectionTypes(builder, refs, services);
  const validations = createValidationTypes(builder);
  const leases = createLeaseTypes(builder);

  addPlatformServices(builder, connections);
  addSites(builder, refs);
  addContainers(builder, refs, services);
  addAccount(builder, refs);
  addConnectionQueries(builder, connections, pages);
  addValidationOperations(builder, validations);
  addNetwork(builder, validations);
  const { staged } = addKindOperations(builder, services, validations);
  addTestDatabase(builder, validations);
  addSelfHosted(builder, validations, staged);
  addSecretGrants(builder, addGenericStaging(builder));
  addChanges(builder, connections, leases, pages);
  addAdding(builder, refs);
  addManagement(builder, connections);
  addIntegrations(builder, refs);
  addLeases(builder, leases, pages);
  addTokens(builder);
  addAudit(builder, pages);
  addKeys(builder);
  addCatalogue(builder);
  return withCountedRows(withTolerantInt(builder.toSchema()));
}

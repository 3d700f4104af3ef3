import type { Rule } from '../../domain/connector/connector.ts';
import type { EgressSession } from '../../domain/connector/egress.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { optionalUrl, word } from '../kits/fields.ts';
import { fetchGoogleToken, tokenUrlField } from '../kits/google/google-token.ts';
import {
  readServiceAccount,
  type ServiceAccount,
  secretsOfAccount,
  serviceAccountIn,
  serviceAccountOf,
  serviceAccountText,
} from '../kits/google/service-account.ts';

export const PROJECT = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,61}[a-z0-9]$/;

export const fields = {
  serviceJson: secret(serviceAccountText(), {
    names: { selfHostedWhole: serviceAccountOf },
    secretParts: secretsOfAccount,
    title: 'Service account',
    description: 'Base64 of the JSON key of a service account, or the JSON itself.',
  }),
  projectId: setting(word(PROJECT, 'must be the id of a project').optional(), {
    identity: true,
    names: { lead: 'bqProjectId' },
    title: 'Project',
    description: 'Id of the project that is queried; that of the service account unless given.',
  }),
  tokenUrl: tokenUrlField(),
  apiUrl: optionalUrl('API URL', "Address of a gateway in front of Google's APIs, where they are not asked at their public addresses."),
};

export type BigqueryDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<BigqueryDetails>[] = [
  (details) =>
    PROJECT.test(projectOf(details)) ? null : { path: 'bqProjectId', message: 'is required, where the service account does not say it' },
];

export function projectOf({ projectId, serviceJson }: BigqueryDetails): string {
  return projectId ?? readServiceAccount(serviceJson)?.project_id ?? '';
}

export function accountOf({ serviceJson }: Pick<BigqueryDetails, 'serviceJson'>): ServiceAccount {
  return serviceAccountIn(serviceJson);
}

/** Headers of who the account is, by a token made for it. */
export async function authorizationOf(details: BigqueryDetails, egress: EgressSession) {
  return { authorization: `Bearer ${await fetchGoogleToken(egress, details.tokenUrl, accountOf(details))}` };
}

/** Where one of Google's APIs answers. */
export function apiOf(name: string, { apiUrl }: Pick<BigqueryDetails, 'apiUrl'>): string {
  return apiUrl ?? `https://${name}.googleapis.com`;
}

import { z } from 'zod';
import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { secretText } from '../../domain/connector/field-types.ts';
import { entraFields } from '../kits/azure/entra.ts';
import { defaultUrl } from '../kits/fields.ts';
import { optionalPassword, optionalUser } from '../kits/login-fields.ts';
import { byMode } from '../kits/rules.ts';

export const fields = {
  tenantId: entraFields.tenantId,
  authMode: setting(z.enum(['SERVICE_PRINCIPAL', 'PRIMARY_USER']), {
    names: { leadType: 'PowerBIAuthModeEnumV2', leadUpdateType: 'PowerBIUpdateAuthModeEnumV2', leadOlder: 'PowerBIAuthModeEnum' },
    title: 'Login',
    description: 'SERVICE_PRINCIPAL with clientSecret, or PRIMARY_USER with username and password.',
  }),
  clientId: entraFields.clientId,
  clientSecret: secret(secretText().optional(), { title: 'Client secret', description: 'Secret of the application.' }),
  username: optionalUser('User principal name of a Fabric administrator.'),
  password: optionalPassword('Password of the user.'),
  loginUrl: entraFields.loginUrl,
  apiUrl: defaultUrl(
    'https://api.powerbi.com',
    'API URL',
    'Address of the API, https://api.powerbi.com unless given; sovereign clouds have others.',
  ),
};

export type PowerBiDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<PowerBiDetails>[] = [
  byMode('authMode', { SERVICE_PRINCIPAL: ['clientSecret'], PRIMARY_USER: ['username', 'password'] }),
];

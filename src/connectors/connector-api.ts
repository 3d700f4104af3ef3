/** What a package that brings kinds of its own takes from `changeover/connector`: this file is that. */
export { z } from 'zod';
export * from '../domain/connector/connector.ts';
export * from '../domain/connector/define-connector.ts';
export { EgressError, type EgressSession, type HttpReply, type HttpRequest } from '../domain/connector/egress.ts';
export * from '../domain/connector/field.ts';
export * from '../domain/connector/field-types.ts';
export type { Problem, ValidationCode, ValidatorData } from '../domain/connector/validation.ts';
export * from '../domain/connector/validator.ts';
export { askAws, askAwsQuery, assumeRole } from './kits/aws/aws-action.ts';
export { awsIdentityFields, awsIdentityRules, awsPlaceFields, readAwsIdentity } from './kits/aws/aws-identity.ts';
export { defineHttpConnector, type HttpConnectorDefinition } from './kits/define-http-connector.ts';
export { defineSqlConnector, type SqlConnectorDefinition } from './kits/define-sql-connector.ts';
export { bundledDriver, optionalDriver } from './kits/driver.ts';
export { headerSecret, headerValue, jsonObject, secureUrl, serverFields, word } from './kits/fields.ts';
export { googleMeaning } from './kits/google/google-meaning.ts';
export { fetchGoogleToken, googleTokenMeaning, tokenUrlField } from './kits/google/google-token.ts';
export { heldPermissions } from './kits/google/project-permissions.ts';
export {
  readServiceAccount,
  secretsOfAccount,
  serviceAccountIn,
  serviceAccountJson,
  serviceAccountText,
} from './kits/google/service-account.ts';
export type { HttpAuth } from './kits/http/http-auth.ts';
export { type HttpAsk, HttpFailure, type HttpSession, openHttp } from './kits/http/http-session.ts';
export { keyPairFields, keyPairRule } from './kits/http/key-pair.ts';
export { oauth, oauthRule } from './kits/http/oauth-field.ts';
export { fetchAccessToken, type OAuthClient } from './kits/http/oauth-token.ts';
export { fingerprintOf, isPrivateKey, readPrivateKey, signJwt } from './kits/http/rsa-key.ts';
export { databaseField, loginFields } from './kits/login-fields.ts';
export { type Loss, lossesOf, notComparable } from './kits/parity.ts';
export { NotChecked, problem, Refusal, says } from './kits/problems.ts';
export { byMode, exactlyOne, onlyWith, together } from './kits/rules.ts';
export { mayNotRead, readsNothing, reportTables } from './kits/sql/readable-schemas.ts';
export { ServerError } from './kits/sql/server-problem.ts';
export { backquoted, doubleQuoted, namedRows, type SqlRow, type SqlSession } from './kits/sql/sql-session.ts';
export { NoTlsError, nodeTls, openWithTls, type TlsOptions, tls, tlsStrictness, WeakLoginError } from './kits/sql/tls.ts';
export { isAllowed, tryTables } from './kits/sql/try-tables.ts';
export { accountLocked, noConnectionLeft, noDatabase, noTls, passwordExpired, wrongPassword } from './kits/sql/usual-refusals.ts';
export type { Check, Finding, IdentityCheck } from './kits/usual-validators.ts';
export { walk } from './kits/walk.ts';

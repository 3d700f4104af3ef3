import { ROLE_ARN } from '../../domain/aws/gateway-aws.ts';

/** Sources of expressions, for the names that references have for what is AWS's. */
export const REGION = '[a-z]{2}(?:-[a-z]+)+-\\d';
export const ROLE = ROLE_ARN.source.slice(1, -1);

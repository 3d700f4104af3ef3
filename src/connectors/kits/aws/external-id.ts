import type { Problem } from '../../../domain/connector/validation.ts';
import { problem, Refusal } from '../problems.ts';
import type { AwsSession } from './aws-session.ts';

/**
 * A trust policy that names an external id and does not require it lets everybody in who may sign for the trusted account, so the role is
 * tried without. https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export async function findExternalIdUnused(session: AwsSession): Promise<readonly Problem[]> {
  const { arn, externalId } = session.role;
  if (arn === undefined || externalId === undefined) return [];
  try {
    await session.assumeBare(arn);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
  return [
    problem(
      'NOT_PROTECTED',
      'the role was assumed without the external id',
      'The trust policy of the role does not require the external id.',
      'Add Condition: {"StringEquals": {"sts:ExternalId": "<the external id>"}} to the statement of the trust policy.',
    ),
  ];
}

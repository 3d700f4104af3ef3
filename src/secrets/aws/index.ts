import type { GatewayAws } from '../../domain/aws/gateway-aws.ts';
import type { AskManager } from '../../domain/connection/reference/secret-manager.ts';
import type { SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { createManagerProvider } from '../manager/create-manager-provider.ts';
import { REGION, ROLE } from './arn-forms.ts';
import type { AwsQuestion } from './manager.ts';
import { readAwsLogin } from './read-login.ts';

const NAME = '[A-Za-z0-9/_+=.@-]';
const ARN = `arn:aws[a-z-]*:secretsmanager:(?<arnRegion>${REGION}):\\d{12}:secret:`;
/** AWS puts six letters or digits behind the name, which differ when a secret is made anew. */
const SECRET = new RegExp(
  `^(?<id>(?:${ARN}(?<arnName>${NAME}{1,512})-[A-Za-z0-9]{6}|(?<region>${REGION})/(?<name>${NAME}{1,512})))(?:\\?(?=.)(?:stage=(?<stage>${NAME}{1,256})|version=(?<version>[A-Za-z0-9-]{32,64}))?(?:(?:(?<=\\?)|(?<!\\?)&)role=(?<role>${ROLE}))?)?$`,
);
const PREFIX = new RegExp(`^(?:${ARN}|${REGION}/)${NAME}{0,512}$`);

/** Secrets of AWS Secrets Manager, by their ARNs, or in the gateway's own account by region and name. */
export function createAwsProvider(aws: GatewayAws | null, ask: AskManager, now?: () => number): SecretProvider {
  const readName = (path: string) => {
    const { id = path, arnRegion, arnName, region = '', name = '', stage, version, role } = SECRET.exec(path)?.groups ?? {};
    return { id, region: arnRegion ?? region, name: arnName ?? name, isArn: arnName !== undefined, stage, version, role };
  };
  return createManagerProvider(
    {
      moduleUrl: import.meta.url.replace(/index(\.[jt]s)$/, 'manager$1'),
      pathForm:
        "The name of a secret of AWS's is its whole ARN, or REGION/NAME in the gateway's own account; ?stage=AWSPREVIOUS or ?version=ID behind it names a version, and &role=ARN, or ?role=ARN alone, the role that reads it.",
      prefixForm:
        "A prefix of AWS's secrets is arn:aws:secretsmanager:REGION:ACCOUNT:secret: or REGION/, and the beginning of names: references have the same form.",
      isPath: (path) => SECRET.test(path),
      readPrefix: (prefix) => (PREFIX.test(prefix) ? prefix : null),
      isWithin: (path, prefix) => readName(path).id.startsWith(prefix),
      // Whose account a bare name is in is not known here, so equal names of one region are taken for one secret.
      identityOf(path) {
        const { region, name } = readName(path);
        return `${region}/${name}`;
      },
      roleOf: (path) => readName(path).role ?? null,
      // A role's session is good for what the role may read, and for no other project.
      audienceOf: (path, roles) => JSON.stringify([readName(path).role, roles?.externalId]),
      login: (path, roles) => readAwsLogin(aws, readName(path), roles),
      questionOf(path): AwsQuestion {
        const { id, region, name, isArn, stage, version } = readName(path);
        const named = stage === undefined ? (version === undefined ? null : { VersionId: version }) : { VersionStage: stage };
        return { region, secretId: isArn ? id : name, version: named, url: aws?.endpoints.secretsmanager ?? null };
      },
    },
    ask,
    now,
  );
}

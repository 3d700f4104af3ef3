import type { FakeReply } from '../json-server.ts';
import { AwsRefusal, type AwsService } from './fake-aws.ts';

type Members = Readonly<Record<string, unknown>>;

/** Reads the body of a JSON service; members that the action does not document are refused, as are numbers out of their bounds. */
function read(body: string, required: readonly string[], optional: readonly string[] = []): Members {
  const members = JSON.parse(body) as Members;
  if (!required.every((name) => name in members)) throw new AwsRefusal('ValidationException');
  if (!Object.keys(members).every((name) => required.includes(name) || optional.includes(name)))
    throw new AwsRefusal('SerializationException');
  const most = members.MaxResults;
  if (most !== undefined && !(Number(most) >= 1 && Number(most) <= 100)) throw new AwsRefusal('ValidationException');
  return members;
}

const ok = (body: object): FakeReply => ({ status: 200, body, headers: { 'content-type': 'application/x-amz-json-1.1' } });

/** Databases by name, with the tables in each. */
type Catalogue = Readonly<Record<string, readonly string[]>>;

export function fakeGlue(catalogue: Catalogue): AwsService {
  const tablesOf = (name: unknown) => {
    const tables = catalogue[String(name)];
    if (tables === undefined) throw new AwsRefusal('EntityNotFoundException');
    return tables;
  };
  return ({ action, body, method, url, headers }, may) => {
    if (method !== 'POST' || url.pathname !== '/' || headers['x-amz-target'] !== `AWSGlue.${action}`)
      throw new AwsRefusal('UnknownOperationException');
    may(`glue:${action}`);
    switch (action) {
      case 'GetDatabases': {
        const { MaxResults = 100 } = read(body, [], ['MaxResults', 'NextToken']);
        return ok({ DatabaseList: named(Object.keys(catalogue).slice(0, Number(MaxResults))) });
      }
      case 'GetTables': {
        const { DatabaseName, MaxResults = 100 } = read(body, ['DatabaseName'], ['MaxResults', 'NextToken']);
        return ok({ TableList: named(tablesOf(DatabaseName).slice(0, Number(MaxResults))) });
      }
      case 'GetPartitions': {
        const { DatabaseName, TableName } = read(body, ['DatabaseName', 'TableName'], ['MaxResults', 'ExcludeColumnSchema']);
        if (!tablesOf(DatabaseName).includes(String(TableName))) throw new AwsRefusal('EntityNotFoundException');
        return ok({ Partitions: [] });
      }
      default:
        throw new AwsRefusal('UnknownOperationException');
    }
  };
}

interface Workgroups {
  readonly catalogs: Readonly<Record<string, Catalogue>>;
  /** State of each workgroup, and why its queries fail; null where they do not. */
  readonly workgroups: Readonly<Record<string, { readonly state: string; readonly failure: string | null }>>;
}

export function fakeAthena({ catalogs, workgroups }: Workgroups): AwsService {
  const queries = new Map<string, { polls: number; readonly failure: string | null }>();
  const find = <T>(from: Readonly<Record<string, T>>, name: unknown): T => {
    const found = from[String(name)];
    if (found === undefined) throw new AwsRefusal('InvalidRequestException');
    return found;
  };
  return ({ action, body, headers }, may) => {
    if (headers['x-amz-target'] !== `AmazonAthena.${action}`) throw new AwsRefusal('UnknownOperationException');
    may(`athena:${action}`);
    switch (action) {
      case 'GetWorkGroup': {
        const { WorkGroup } = read(body, ['WorkGroup']);
        return ok({ WorkGroup: { Name: WorkGroup, State: find(workgroups, WorkGroup).state } });
      }
      case 'GetDataCatalog': {
        const { Name } = read(body, ['Name'], ['WorkGroup']);
        find(catalogs, Name);
        return ok({ DataCatalog: { Name, Type: 'GLUE' } });
      }
      case 'ListDatabases': {
        const { CatalogName } = read(body, ['CatalogName'], ['MaxResults']);
        return ok({ DatabaseList: named(Object.keys(find(catalogs, CatalogName)).slice(0, 1)) });
      }
      case 'ListTableMetadata': {
        const { CatalogName, DatabaseName } = read(body, ['CatalogName', 'DatabaseName'], ['MaxResults']);
        return ok({ TableMetadataList: named(find(find(catalogs, CatalogName), DatabaseName).slice(0, 1)) });
      }
      case 'StartQueryExecution': {
        const { QueryString, WorkGroup, ClientRequestToken } = read(body, [
          'QueryString',
          'WorkGroup',
          'QueryExecutionContext',
          'ClientRequestToken',
        ]);
        if (QueryString !== 'SELECT 1' || !/^.{32,128}$/.test(String(ClientRequestToken))) throw new AwsRefusal('InvalidRequestException');
        queries.set(String(ClientRequestToken), { polls: 0, failure: find(workgroups, WorkGroup).failure });
        return ok({ QueryExecutionId: ClientRequestToken });
      }
      case 'GetQueryExecution':
      case 'GetQueryResults': {
        const query = queries.get(String(read(body, ['QueryExecutionId'], ['MaxResults']).QueryExecutionId));
        if (query === undefined) throw new AwsRefusal('InvalidRequestException');
        if (action === 'GetQueryResults') {
          if (query.polls < 2) throw new AwsRefusal('InvalidRequestException');
          return ok({ ResultSet: { Rows: [{ Data: [{ VarCharValue: '_col0' }] }, { Data: [{ VarCharValue: '1' }] }] } });
        }
        query.polls += 1;
        const ended = query.failure === null ? { State: 'SUCCEEDED' } : { State: 'FAILED', StateChangeReason: query.failure };
        return ok({ QueryExecution: { Status: query.polls < 2 ? { State: 'RUNNING' } : ended } });
      }
      default:
        throw new AwsRefusal('UnknownOperationException');
    }
  };
}

/** Objects by bucket. */
export function fakeS3(buckets: Readonly<Record<string, Readonly<Record<string, string>>>>): AwsService {
  return ({ method, url, headers }, may) => {
    const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
    const objects = buckets[bucket];
    if (method !== 'GET') throw new AwsRefusal('MethodNotAllowed', 405);
    if (objects === undefined) throw new AwsRefusal('NoSuchBucket', 404);
    if (key.join('/') === '') {
      may('s3:ListBucket');
      if (url.searchParams.get('list-type') !== '2') throw new AwsRefusal('NotImplemented', 501);
      const prefix = url.searchParams.get('prefix') ?? '';
      const keys = Object.keys(objects).filter((name) => name.startsWith(prefix));
      const contents = keys.slice(0, Number(url.searchParams.get('max-keys') ?? 1000)).map((name) => {
        const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
        return `<Contents><Key>${escaped}</Key><Size>${objects[name]?.length}</Size></Contents>`;
      });
      return { status: 200, body: `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name>${contents.join('')}</ListBucketResult>` };
    }
    may('s3:GetObject');
    const content = objects[key.join('/')];
    if (content === undefined) throw new AwsRefusal('NoSuchKey', 404);
    if (headers.range === undefined) return { status: 200, body: content };
    if (content === '') throw new AwsRefusal('InvalidRange', 416);
    return { status: 206, body: content.slice(0, 1) };
  };
}

/** Connectors of MSK Connect by ARN, with their names. */
export function fakeKafkaConnect(connectors: Readonly<Record<string, string>>): AwsService {
  return ({ method, url }, may) => {
    const listed = Object.entries(connectors).map(([connectorArn, connectorName]) => ({ connectorArn, connectorName }));
    if (method !== 'GET') throw new AwsRefusal('NotFoundException', 404);
    if (url.pathname === '/v1/connectors') {
      may('kafkaconnect:ListConnectors');
      return { status: 200, body: { connectors: listed.slice(0, Number(url.searchParams.get('maxResults') ?? 100)) } };
    }
    may('kafkaconnect:DescribeConnector');
    const one = listed.find(({ connectorArn }) => url.pathname === `/v1/connectors/${encodeURIComponent(connectorArn)}`);
    if (one === undefined) throw new AwsRefusal('NotFoundException', 404);
    return { status: 200, body: one };
  };
}

export function fakeKafka(clusters: readonly string[]): AwsService {
  return ({ method, url }, may) => {
    may('kafka:DescribeClusterV2');
    const clusterArn = clusters.find((arn) => url.pathname === `/api/v2/clusters/${encodeURIComponent(arn)}`);
    if (method !== 'GET' || clusterArn === undefined) throw new AwsRefusal('NotFoundException', 404);
    return { status: 200, body: { clusterInfo: { clusterArn, state: 'ACTIVE' } } };
  };
}

function named(names: readonly string[]) {
  return names.map((Name) => ({ Name }));
}

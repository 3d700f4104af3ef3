/** What AWS calls the place that a host leads to. */
export interface RedshiftTarget {
  readonly region: string | null;
  readonly cluster: string | null;
  readonly workgroup: string | null;
}

interface Given {
  readonly host: string;
  readonly region?: string | undefined;
  readonly clusterIdentifier?: string | undefined;
  readonly workgroup?: string | undefined;
}

const CLUSTER = /^([a-z][a-z0-9-]*)\.[a-z0-9]+\.([a-z0-9-]+)\.redshift\.amazonaws\.com(?:\.cn)?\.?$/i;
const WORKGROUP = /^([a-z0-9-]+)\.\d{12}\.([a-z0-9-]+)\.redshift-serverless\.amazonaws\.com(?:\.cn)?\.?$/i;

/** Reads AWS's own host names; what is given beside the host goes before what the host says. */
export function readTarget({ host, region, clusterIdentifier, workgroup }: Given): RedshiftTarget {
  const provisioned = CLUSTER.exec(host.toLowerCase());
  const serverless = WORKGROUP.exec(host.toLowerCase());
  const named = clusterIdentifier !== undefined || workgroup !== undefined;
  return {
    region: region ?? provisioned?.[2] ?? serverless?.[2] ?? null,
    cluster: named ? (clusterIdentifier ?? null) : (provisioned?.[1] ?? null),
    workgroup: named ? (workgroup ?? null) : (serverless?.[1] ?? null),
  };
}

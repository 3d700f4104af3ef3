import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { run } from '../servers/install/programs.ts';
import { installPython } from '../servers/install/python.ts';
import { installPrograms } from '../servers/install-servers.ts';
import { installed } from './installed.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Where the clients are that the suites run. */
export interface InstalledClients {
  readonly python: string;
  readonly montecarlo: string;
  /** The folder of the npm tools' programs. */
  readonly tools: string;
  /** What leads the names of vendors to this machine. */
  readonly vendorNames: string;
  /** A Python that has DataHub, whose connector to Matillion is pointed at a gateway. */
  readonly datahub: string;
  /** Our own client for jobs, installed as people install it, beside Airflow. */
  readonly jobs: { readonly python: string; readonly run: string; readonly airflow: string; readonly source: string };
}

declare module 'vitest' {
  export interface ProvidedContext {
    clients: InstalledClients;
  }
}

/** The pinned clients of PyPI and npm, below node_modules; made once for each list of versions. */
export default function setUp(project: TestProject): void {
  process.env.PATH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`;
  installPrograms(['curl', 'jq', 'mariadbd', 'mariadb-install-db', 'my_print_defaults', 'psql']);
  const python = installPython('clients', readFileSync(join(here, 'requirements.txt'), 'utf8').trim().split('\n'));
  const tools = installed('tools', join(here, 'tools/package-lock.json'), (folder) => {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(here, 'tools', name), join(folder, name));
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder]);
  });
  const names = installed('vendor-names', join(here, 'world/vendor-names.c'), (folder) => {
    run('cc', ['-shared', '-fPIC', '-O1', '-o', join(folder, 'vendor-names.so'), join(here, 'world/vendor-names.c'), '-ldl']);
  });
  project.provide('clients', {
    python: join(python, 'bin/python'),
    montecarlo: join(python, 'bin/montecarlo'),
    tools: join(tools, 'node_modules/.bin'),
    vendorNames: join(names, 'vendor-names.so'),
    datahub: join(
      installPython('datahub', readFileSync(join(here, 'rest/datahub-requirements.txt'), 'utf8').trim().split('\n')),
      'bin/python',
    ),
    jobs: installJobsClient(),
  });
}

/** Airflow and the client of `clients/python`, which is built and installed anew in each run, since it is what is tested. */
function installJobsClient(): InstalledClients['jobs'] {
  const source = join(here, '../../clients/python');
  const folder = installPython('jobs', readFileSync(join(here, 'jobs/requirements.txt'), 'utf8').trim().split('\n'));
  const bin = (name: string) => join(folder, 'bin', name);
  const copy = join(folder, 'source');
  rmSync(copy, { recursive: true, force: true });
  cpSync(source, copy, { recursive: true });
  run(bin('pip'), ['install', '--quiet', '--disable-pip-version-check', '--force-reinstall', '--no-deps', '--no-build-isolation', copy]);
  return { python: bin('python'), run: bin('changeover-run'), airflow: bin('airflow'), source };
}

import type { Site } from '../connection/connection.ts';

export interface SiteReaders {
  /** The site that holds an integration. */
  ofIntegration(projectId: string, integrationId: string): Promise<Site | null>;
  /** In the order they were made, at most 1,000. */
  all(projectId: string): Promise<readonly Site[]>;
}

export interface SiteWriters extends SiteReaders {
  insert(site: Site): Promise<void>;
  /** False when it is not there. Of two racing callers both rename it, and the later name stays. */
  rename(projectId: string, id: string, name: string, now: number): Promise<boolean>;
}

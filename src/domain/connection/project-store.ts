import type { Project } from './connection.ts';

export interface ProjectReaders {
  find(id: string): Promise<Project | null>;
  /** In the order they were made, at most 1,000. */
  all(): Promise<readonly Project[]>;
}

export interface ProjectWriters extends ProjectReaders {
  insert(project: Project): Promise<void>;
}

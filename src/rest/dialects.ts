import { atlas } from './atlas/index.ts';
import type { Dialect } from './kit/dialect.ts';
import { lerian } from './lerian/index.ts';
import { matillion } from './matillion/index.ts';
import { native } from './native/index.ts';
import { posit } from './posit/index.ts';

/** Every dialect that is served, and has an OpenAPI document. No path may be below the prefixes of two. */
export const DIALECTS: readonly Dialect[] = [native, atlas, lerian, matillion, posit];

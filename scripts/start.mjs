// `npm start`: builds what changed, then becomes the gateway, so that signals and the exit code are the gateway's own.
import { build } from './build.mjs';

build();
await import('../dist/main.js');

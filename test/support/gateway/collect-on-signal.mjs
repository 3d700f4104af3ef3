// Loaded in front of a gateway whose memory is measured: on SIGUSR2 it collects its garbage, and prints how many megabytes are still in use.
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  console.error(`in use: ${(heapUsed + external) / 1e6} MB`);
});

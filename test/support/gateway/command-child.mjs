// Runs commands of the built command line one after the other, as each would run in a process of its own: what a process loads at its start is loaded once.
import '../../../build/harden-process.js';
import { Readable } from 'node:stream';
import { runCommandLine } from '../../../build/cli/run-command-line.js';

const PROGRAM = process.argv.slice(0, 2);
const written = { stdout: '', stderr: '' };
for (const name of ['stdout', 'stderr'])
  process[name].write = (text) => {
    written[name] += String(text);
    return true;
  };

process.on('message', async ({ args, stdin, environment }) => {
  Object.assign(written, { stdout: '', stderr: '' });
  process.env = { ...environment };
  process.exitCode = 0;
  Object.defineProperty(process, 'stdin', { value: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]), configurable: true });
  await runCommandLine([...PROGRAM, ...args]);
  process.send({ code: process.exitCode, ...written });
});
process.send('ready');

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../usage-error.ts';

/** Most bytes that are read from standard input. */
const MOST = 262_144;

/** A JSON object of secrets from standard input. They never come from the command line, which other processes can read. */
export async function readSecretsFromStdin(): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST) throw new UsageError('Standard input holds more than 256 KiB.');
    chunks.push(chunk);
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch {
    // The text may hold a secret, so the parser's message, which quotes it, goes no further.
  }
  throw new UsageError('Standard input must hold one JSON object of secrets, such as {"password": "..."}.');
}

/** Asks on the terminal without showing what is typed. Throws where there is no terminal, and when the question is left unanswered. */
export async function askSecret(name: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError(`${name} is a secret: give it on standard input with --secrets-stdin, or run this on a terminal.`);
  const muted = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: muted, terminal: true });
  process.stderr.write(`${name} (not shown): `);
  try {
    return await new Promise((resolve, reject) => {
      prompt.on('close', () => reject(new UsageError(`No ${name} was given; nothing was changed.`)));
      prompt.question('', resolve);
    });
  } finally {
    prompt.close();
    process.stderr.write('\n');
  }
}

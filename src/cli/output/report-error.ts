import { CommanderError } from 'commander';
import { DomainError } from '../../domain/errors/errors.ts';
import { StartupError } from '../../domain/errors/startup-error.ts';
import { GatewayError } from '../gateway/transport.ts';
import { UsageError } from '../usage-error.ts';
import { jsonLine, safeText, styled } from './output.ts';

/** What the exit codes mean; the reference page and --help show it. 75 and 78 are those of sysexits. */
export const EXIT_CODES = {
  0: 'done',
  1: 'refused, or something was found to be wrong',
  2: 'called wrongly',
  3: 'saved, but not in use yet: the change waits for running jobs',
  75: 'another process holds the store; try again',
  78: 'a setting, the master key or the store has to be mended first',
  125: '`changeover run` was called wrongly or got no lease, and has not started the job',
  126: '`changeover run`: the job cannot be run',
  127: '`changeover run`: there is no such job; any other code is its own, or 128 and the number of the signal that ended it',
} as const;

/** Whatever keeps `changeover run` from starting its job, as with env, timeout and docker run: the other codes are the job's. */
export const NOT_STARTED = 125;

interface Report {
  readonly exitCode: keyof typeof EXIT_CODES;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Says on standard error why a command failed, and what to do next. Returns the exit code. */
export function reportError(error: unknown, asJson: boolean): keyof typeof EXIT_CODES {
  // Help and the version arrive as errors too, and have been printed.
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help')) return error.exitCode === 0 ? 0 : 2;
  const { exitCode, code, message, details } = reportOf(error);
  process.stderr.write(
    asJson
      ? jsonLine({ error: { ...details, code, message } })
      : `${styled('red', 'changeover:', process.stderr)} ${safeText(message)}\n${problems(details)}${jobs(details)}${nextStep(details)}`,
  );
  return exitCode;
}

function reportOf(error: unknown): Report {
  if (error instanceof CommanderError) {
    // An option may have been given with a value that is a secret.
    const message = error.message
      .replace(/^error: /, '')
      .replace(/(--[\w-]+)=[^']*/, '$1')
      .replaceAll('\n', ' ');
    return { exitCode: 2, code: 'BAD_REQUEST', message, details: { next: 'Add --help to see what there is.' } };
  }
  if (error instanceof UsageError) return { exitCode: 2, code: 'BAD_REQUEST', message: error.message, details: {} };
  if (error instanceof StartupError) return { exitCode: error.exitCode, code: 'UNAVAILABLE', message: error.message, details: {} };
  if (error instanceof GatewayError || error instanceof DomainError)
    return { exitCode: 1, code: error.code, message: error.message, details: error.details };
  return { exitCode: 1, code: 'INTERNAL', message: 'Something went wrong inside the command.', details: {} };
}

/** All problems, where there are more than the message speaks of. */
function problems({ problems: found }: Readonly<Record<string, unknown>>): string {
  if (!Array.isArray(found) || found.length < 2) return '';
  return found
    .map(
      (problem: Readonly<Record<string, unknown>>) =>
        `  ${PROBLEM_PARTS.map((part) => problem[part])
          .filter(Boolean)
          .map(safeText)
          .join(' ')}\n`,
    )
    .join('');
}

/** The jobs that are in the way. */
function jobs({ jobs: found }: Readonly<Record<string, unknown>>): string {
  if (!Array.isArray(found)) return '';
  return found
    .map(
      ({ job, version, since, expectedEnd }: Readonly<Record<string, unknown>>) =>
        `  ${safeText(job)} holds version ${safeText(version)} since ${safeText(since)}, until ${safeText(expectedEnd)} at the latest\n`,
    )
    .join('');
}

const PROBLEM_PARTS = ['validator', 'code', 'path', 'message', 'friendlyMessage', 'resolution'];

function nextStep({ next, path, losses }: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(losses)) return 'Give the new login what it lacks and try again, or add --accept-permission-losses.\n';
  if (typeof next !== 'string') return '';
  return `${safeText(next.replace('the field that `path` names', typeof path === 'string' ? `"${path}"` : 'the field'))}\n`;
}

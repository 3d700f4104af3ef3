/**
 * Ends the start of a process with one clear line. `exitCode` follows sysexits: 75 for what may pass by itself (another process holds the
 * store), 78 for what has to be repaired first. Nothing has been written when it is thrown.
 */
export class StartupError extends Error {
  readonly exitCode: 75 | 78;

  constructor(message: string, exitCode: 75 | 78 = 78) {
    super(message);
    this.name = 'StartupError';
    this.exitCode = exitCode;
  }
}

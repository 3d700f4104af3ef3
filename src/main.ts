import { readConfig } from './config.ts';
import { StartupError } from './domain/startup-error.ts';
import { serve } from './serve.ts';

try {
  await serve(readConfig());
} catch (error) {
  // One line that says what to mend; anything else is a bug and shows where it arose.
  process.stderr.write(
    error instanceof StartupError
      ? `changeover: ${error.message}\n`
      : `changeover: could not start: ${error instanceof Error ? (error.stack ?? error.name) : 'unknown'}\n`,
  );
  process.exitCode = error instanceof StartupError ? error.exitCode : 1;
}

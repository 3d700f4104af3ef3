import './harden-process.ts';
import { readConfig } from './config.ts';
import { StartupError } from './domain/errors/startup-error.ts';
import { errorFields } from './log.ts';
import { serve } from './serve.ts';

try {
  await serve(readConfig());
} catch (error) {
  // One line that says what to mend. Of anything else, which is a bug, its class and place: its message could hold a value.
  process.stderr.write(
    error instanceof StartupError
      ? `changeover: ${error.message}\n`
      : `changeover: could not start: ${JSON.stringify(errorFields(error))}\n`,
  );
  process.exitCode = error instanceof StartupError ? error.exitCode : 1;
}

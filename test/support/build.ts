import { execFileSync } from 'node:child_process';

/** Egress workers, the CLI and the end-to-end suites run compiled code; the compiler skips what is up to date. */
export default function build(): void {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
}

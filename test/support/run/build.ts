import { execFileSync } from 'node:child_process';

/** Egress workers, the CLI and the end-to-end suites run compiled code; what is up to date is not built again. */
export default function build(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}

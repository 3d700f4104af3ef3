import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from '../domain/ports/clock.ts';
import type { Uptime } from '../jobs/clock-watch.ts';

/** The machine's own timer; a test's clock that has no timer is compared with none. */
export function machineUptime(clock: Clock | undefined): Uptime {
  if (clock !== undefined) return { elapsed: () => clock.elapsed?.() ?? clock.now(), boot: clock.elapsed === undefined ? null : 'test' };
  return { elapsed: () => uptime() * 1000, boot: bootId() };
}

/** Where the system does not tell, a clock that is set while no gateway runs is not noticed. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

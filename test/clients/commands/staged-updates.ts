import { SECRET, type Systems } from '../world/systems.ts';
import { atVersion, stagedUpdate, update } from './first-connection.ts';
import type { Step } from './step.ts';

/** Refused with a wrong password, committed with the right one. */
export function stagesPassword(command: string): readonly Step[] {
  return [
    { args: stagedUpdate(command, { user: 'loader', password: 'wrong' }), exit: 1, prints: [/validate_connection: ✕/] },
    { args: stagedUpdate(command, { user: 'loader', password: SECRET }), prints: [/Connection updated successfully!/] },
  ];
}

/** The client has no option for the Query Service, which its general update names: from there on somebody signs in, and a wrong password is refused. */
export function givesQueryService({ fakes }: Systems): readonly Step[] {
  const service = { query_service_url: `https://localhost:${fakes.teradata.port}/api/query`, system_name: 'prod' };
  const mechanism = { logmech: 'TD2' };
  return [
    { args: update({ ...service, password: 'wrong' }), exit: 1, prints: [/refused the user and password/], holds: atVersion(1) },
    { args: update({ ...service, password: SECRET }), prints: [/Success! Updated/], holds: atVersion(2) },
    {
      args: stagedUpdate('update-teradata', { password: 'wrong', ...mechanism }),
      exit: 1,
      prints: [/validate_connection: ✕/],
      holds: atVersion(2),
    },
    {
      args: stagedUpdate('update-teradata', { password: SECRET, ...mechanism }),
      prints: [/Connection updated successfully!/],
      holds: atVersion(3),
    },
  ];
}

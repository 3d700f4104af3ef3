// `npm run demo`: a gateway, a real PostgreSQL server, and the whole flow between them, printed request by request.
import { build } from './build.mjs';
import { compactJson } from './compact-json.mjs';
import { walk } from './flow/walk.mjs';
import { openWorld } from './flow/world.mjs';

build();
console.log('Starting a gateway and a PostgreSQL server, both of them for this demonstration alone ...');
const world = await openWorld();
try {
  console.log(`The gateway is at ${world.gateway.url}, the database on port ${world.target.port}. Nothing of this is kept.\n`);
  const broken = await walk(world, print);
  console.log(
    broken === 0
      ? 'That is all: the credentials were changed, and no job noticed.'
      : `${broken} of the answers were not what they should be.`,
  );
  if (broken > 0) process.exitCode = 1;
} finally {
  await world.close();
}

function print({ number, title, why, as = 'owner', document, variables, answer, right }) {
  console.log(`${number}. ${title}`);
  console.log(`   ${why}\n`);
  console.log(indent(`request, with the ${as}'s token`, document.replace(/\s+/g, ' ')));
  if (variables !== undefined) console.log(indent('variables', compactJson(variables)));
  console.log(indent(right ? 'answer' : 'answer, which is NOT as it should be', compactJson(answer)));
  console.log();
}

function indent(label, text) {
  return `   ${label}\n${text.replace(/^/gm, '     ')}`;
}

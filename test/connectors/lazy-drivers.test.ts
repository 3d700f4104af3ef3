import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the gateway itself loads no driver: a kind imports it where it logs in, in a worker', () => {
  const registry = new URL('../../build/connectors/registry.js', import.meta.url).href;
  const script = `const { createRequire } = await import('node:module');
    const { builtInConnectors } = await import('${registry}');
    const loaded = () => Object.keys(createRequire('${registry}').cache).map((file) => /node_modules\\/(pg|mysql2|aws4fetch)\\//.exec(file)?.[1]).filter(Boolean);
    const before = loaded();
    await import('pg');
    console.log(JSON.stringify({ kinds: builtInConnectors.length > 0, before, seen: loaded().length > 0 }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../../', import.meta.url).pathname,
    encoding: 'utf8',
  });
  expect(JSON.parse(output)).toEqual({ kinds: true, before: [], seen: true });
});

import { writeFileSync } from 'node:fs';
import { barChart } from './bar-chart.mjs';

const FOLDER = new URL('../../../docs/reference/', import.meta.url);

/** How each benchmark is told: what was compared, and the picture of it. */
const CHAPTERS = {
  listing: {
    title: 'Listing',
    text: 'The lead API’s `getPlatformServices` over 60 connections in 20 integrations, from SQLite, with authentication on, at 32 connections, on one core. The others run the same SQL behind the same authentication. Server CPU time a request, medians of interleaved rounds; less is better.',
    chart: ({ rows }) => ({
      title: 'Server CPU time of a listing',
      unit: 'µs',
      bars: rows.map(({ name, cpuMicroseconds }) => ({ label: LISTED[name], value: cpuMicroseconds, own: name === 'changeover' })),
    }),
  },
  lists: {
    title: 'Long lists',
    text: 'What the lead API’s clients ask for over 1,000 connections in 100 integrations, from SQLite, with authentication on, at 4 connections: `getUser` as the `montecarlodata` command sends it before each of its commands, and `getPlatformServices`. The bare server runs the same SQL behind the same authentication and writes its answer by hand. Server CPU time a request, medians of interleaved rounds; less is better.',
    chart: ({ rows }) => ({
      title: 'Server CPU time of a list of 1,000 connections',
      unit: 'µs',
      bars: rows.map(({ name, cpuMicroseconds }) => ({ label: name, value: cpuMicroseconds, own: name.endsWith('changeover') })),
    }),
  },
  cycles: {
    title: 'Changes and leases',
    text: 'Whole changes (stage, validate with a validator that does nothing, commit: three transactions) and leases (acquire, release: two) by 32 clients at once, beside durable commits of one small row, one after another, on the same disk. Each a second; more is better. Transactions that wait at the same moment share one sync, so a slow disk holds up each client and hardly the whole: on disks that were slowed down there are more changes than single commits. A disk whose sync takes a fraction of a millisecond is faster than the work of a change itself.',
    chart: ({ rows }) => ({
      title: 'Changes, leases and durable commits a second',
      unit: '/s',
      bars: rows.flatMap(({ name, commitsPerSecond, changesPerSecond, leasesPerSecond }) => [
        { label: `${STORES[name] ?? name}: single durable commits`, value: commitsPerSecond },
        { label: `${STORES[name] ?? name}: whole changes`, value: changesPerSecond, own: true },
        { label: `${STORES[name] ?? name}: leases`, value: leasesPerSecond, own: true },
      ]),
    }),
  },
  growth: {
    title: 'Growth',
    text: 'The median time of an operation over 100,000 connections, divided by its time over 1,000, on SQLite.',
    chart: ({ rows }) => ({
      title: 'Time over 100,000 connections, as a multiple of the time over 1,000',
      unit: '×',
      bars: rows.map(({ name, growth }) => ({ label: name, value: growth, own: true })),
    }),
  },
};

const LISTED = { bare: 'bare node:http', changeover: 'Changeover', mercurius: 'Mercurius with JIT', yoga: 'GraphQL Yoga' };
const STORES = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

export function writeReport({ machine, results }) {
  const chapters = Object.entries(results).map(([name, result]) => {
    const { title, text, chart } = CHAPTERS[name];
    const picture = chart(result);
    writeFileSync(new URL(`performance-${name}.svg`, FOLDER), barChart(picture));
    const ratios = Object.entries(result.ratios).map(([what, ratio]) => `- ${ratio} × ${what}`);
    const bytes =
      result.bytes === undefined
        ? []
        : [
            `- ${result.bytes.ofConnection} bytes on disk a connection; ${result.bytes.withHistory} with its audit rows, events and staged changes`,
          ];
    return `## ${title}\n\n${text}\n\n![${picture.title}](performance-${name}.svg)\n\n${[...ratios, ...bytes].join('\n')}\n`;
  });
  writeFileSync(
    new URL('performance.md', FOLDER),
    `# Performance\n\nWhat \`npm run bench\` measured on ${machine}. Figures depend on the machine; ratios, each taken within one run, are what to compare.\n\n${chapters.join('\n')}`,
  );
}

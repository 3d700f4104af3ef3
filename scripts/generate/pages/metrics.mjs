import { METRICS } from '../../../build/server/observation/metric-table.js';
import { code, page, table } from '../markdown.mjs';

export default page(
  'metrics',
  'Metrics',
  'What `GET /metrics` tells, in the text format of Prometheus; it needs no token and asks the store at most once a second. Labels hold words of closed lists: never an id, a name that somebody chose, or a value. Counters begin with the process, and each replica has its own. Beside these there are the usual ones of the process and of Node, prefixed `changeover_process_` and `changeover_nodejs_`.',
  [
    table(
      ['metric', 'type', 'labels', 'what it counts'],
      Object.entries(METRICS).map(([name, { type, help, labels }]) => [
        code(name),
        type,
        Object.entries(labels)
          .map(([label, values]) => `${code(label)}: ${values}`)
          .join('; '),
        help,
      ]),
    ),
  ],
);

import { LOG_EVENTS, LOG_FIELDS } from '../../../build/log-events.js';
import { code, page, table } from '../markdown.mjs';

export default page(
  'log',
  'Log',
  'One JSON object a line, on standard error, from the level of `CHANGEOVER_LOG_LEVEL` on. Each has `level`, `time`, `msg`, which is one of the events below, and the fields of that event. A line holds names, ids, codes and counts: never a variable, a body, a header, a secret or the message of an error; a text is cut at 200 characters, and what would act on a terminal or end the line is escaped. A reader that stops reading costs lines, those at `debug` first, and holds nothing up.',
  [
    table(
      ['event', 'level', 'when', 'fields'],
      Object.entries(LOG_EVENTS).map(([name, { level, says, fields }]) => [code(name), level, says, fields.map(code).join(' ')]),
    ),
    '## Fields',
    table(
      ['field', 'what it is'],
      Object.entries(LOG_FIELDS).map(([name, meaning]) => [code(name), meaning]),
    ),
  ],
);

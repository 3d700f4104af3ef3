import { createCommandLine } from '../../../build/cli/command-line.js';
import { EXIT_CODES } from '../../../build/cli/output/report-error.js';
import { code, page, table } from '../markdown.mjs';

export default page(
  'cli',
  'Command line',
  "The commands work on the gateway that runs on the data directory, or open its store when none runs. With `CHANGEOVER_URL` and `CHANGEOVER_TOKEN` they work on a remote one, with that token's rights. Secrets come from standard input or a prompt, never from an argument.",
  [
    ...commands(createCommandLine(), []),
    '## Exit codes\n\nErrors go to standard error: a line that says what is wrong, one that says what to do next; with `--json`, a JSON object.',
    table(
      ['code', 'meaning'],
      Object.entries(EXIT_CODES).map(([value, meaning]) => [code(value), meaning]),
    ),
  ],
);

/** Depth first, groups by their commands. */
function commands(command, path) {
  return command.commands
    .filter((sub) => sub.name() !== 'help')
    .flatMap((sub) => {
      const name = [...path, sub.name()];
      if (sub.commands.length > 0) return commands(sub, name);
      const usage = [
        'changeover',
        ...name,
        ...sub.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`)),
      ].join(' ');
      const rows = [
        ...sub.registeredArguments.map((argument) => [code(argument.name()), argument.description]),
        ...sub.options.map((option) => [code(option.flags), option.description + (option.mandatory ? ' (required)' : '')]),
      ];
      return [
        `## ${code(usage)}`,
        sentence(sub.description()),
        ...(rows.length === 0 ? [] : [table(['argument or option', 'what it is'], rows)]),
      ];
    });
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

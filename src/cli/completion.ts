import type { Command } from 'commander';
import { UsageError } from './usage-error.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One position on the command line: the words before it, and what may come next. */
interface Position {
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly description: string }[];
}

/** A script that completes commands and options, made of the command line itself. Sourcing it asks no gateway and reads no file. */
export function completionScript(program: Command, shell: string): string {
  const positions = positionsOf(program, '');
  if (shell === 'bash') return bash(program.name(), positions);
  if (shell === 'zsh') return `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bash(program.name(), positions)}`;
  if (shell === 'fish') return fish(program.name(), positions);
  throw new UsageError(`A shell is one of ${SHELLS.join(', ')}.`);
}

function positionsOf(command: Command, path: string): readonly Position[] {
  const commands = command.commands.map((one) => ({ word: one.name(), description: one.description() }));
  const options = command.options.flatMap(({ long, description }) => (long == null ? [] : [{ word: long, description }]));
  const own = { path, words: [...commands, ...options, { word: '--help', description: 'show what there is' }] };
  return [own, ...command.commands.flatMap((one) => positionsOf(one, `${path} ${one.name()}`.trim()))];
}

/** The longest position that the words before the cursor begin with says what comes next; behind \`--\` stands a job's own command. */
function bash(name: string, positions: readonly Position[]): string {
  const cases = positions
    .filter(({ path }) => path !== '')
    .map(({ path, words }) => `    '${path}') words='${words.map(({ word }) => word).join(' ')}' ;;`);
  const top = positions[0]?.words.map(({ word }) => word).join(' ') ?? '';
  return `_${name}() {
  local word position='' words='${top}' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in
    --) return ;;
    -*) continue ;;
    esac
    case "\${position:+$position }$word" in
${positions
  .filter(({ path }) => path !== '')
  .map(({ path }) => `    '${path}') position='${path}' ;;`)
  .join('\n')}
    esac
  done
  case "$position" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function fish(name: string, positions: readonly Position[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = positions.flatMap(({ path, words }) => {
    const steps = path === '' ? [] : path.split(' ');
    const next = positions.filter(
      (position) =>
        position.path.startsWith(path === '' ? '' : `${path} `) &&
        position.path.split(' ').length === steps.length + 1 &&
        position.path !== '',
    );
    const conditions = [
      ...steps.map((step) => `__fish_seen_subcommand_from ${step}`),
      ...(next.length === 0
        ? []
        : [`not __fish_seen_subcommand_from ${next.map((position) => position.path.split(' ').at(-1)).join(' ')}`]),
    ];
    const when = conditions.length === 0 ? '' : ` -n ${quoted(conditions.join('; and '))}`;
    return words.map(({ word, description }) =>
      word.startsWith('--')
        ? `complete -c ${name}${when} -l ${word.slice(2)} -d ${quoted(description)}`
        : `complete -c ${name} -f${when} -a ${word} -d ${quoted(description)}`,
    );
  });
  return `${lines.join('\n')}\n`;
}

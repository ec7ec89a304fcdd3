import type { Command } from '../command.ts'
import { defineCommand } from '../command.ts'
import { COMMANDS, type CommandEntry } from '../commands.ts'
import { ExitCode } from '../exitCodes.ts'

interface Verb {
  readonly entry: CommandEntry
  readonly command: Command
}

const flagWords = ({ command }: Verb): string[] =>
  ['help', ...Object.keys(command.flags)].map((name) => `--${name}`)

const operandWords = ({ command }: Verb): readonly string[] =>
  command.operands.flatMap((operand) => operand.values ?? [])

const takesFiles = ({ command }: Verb): boolean =>
  command.operands.some((operand) => operand.name === 'FILE')

/** Words go between single quotes in every shell: none of ours has a quote in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", '')}'`

const bashCompletions = (verbs: readonly Verb[]): string => {
  const cases = verbs.map(
    (verb) =>
      `    ${verb.entry.name}) words=${quoted([...flagWords(verb), ...operandWords(verb)].join(' '))};` +
      ` files=${takesFiles(verb) ? 1 : 0} ;;`,
  )
  const names = verbs.map(({ entry }) => entry.name).join(' ')
  return `_tidegate() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words='' files=0
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(names)} -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ "$files" -eq 1 ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _tidegate tidegate
`
}

const zshCompletions = (verbs: readonly Verb[]): string => {
  const names = verbs.map(({ entry }) => `    ${quoted(`${entry.name}:${entry.summary}`)}`)
  const cases = verbs.map((verb) => {
    const words = [...flagWords(verb), ...operandWords(verb)].join(' ')
    return `    ${verb.entry.name}) compadd -- ${words}${takesFiles(verb) ? '; _files' : ''} ;;`
  })
  return `#compdef tidegate
_tidegate() {
  local -a verbs=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  case "\${words[2]}" in
${cases.join('\n')}
  esac
}
compdef _tidegate tidegate
`
}

const fishCompletions = (verbs: readonly Verb[]): string => {
  const lines = ['complete -c tidegate -f']
  for (const verb of verbs) {
    const { name, summary } = verb.entry
    lines.push(`complete -c tidegate -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`)
    const here = `complete -c tidegate -n '__fish_seen_subcommand_from ${name}'`
    for (const [flag, spec] of Object.entries(verb.command.flags)) {
      const values = spec.values === undefined ? '' : ` -a ${quoted(spec.values.join(' '))}`
      const value = spec.kind === 'switch' ? '' : ` -r${values}`
      lines.push(`${here} -l ${flag} -d ${quoted(spec.description)}${value}`)
    }
    const words = operandWords(verb)
    if (words.length > 0) lines.push(`${here} -a ${quoted(words.join(' '))}`)
    if (takesFiles(verb)) lines.push(`${here} -F`)
  }
  return `${lines.join('\n')}\n`
}

const GENERATORS: { readonly [shell: string]: (verbs: readonly Verb[]) => string } = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
}

export const command = defineCommand({
  description: 'Prints a script that makes a shell complete the verbs and options of tidegate.',
  operands: [
    {
      name: 'SHELL',
      description: 'the shell',
      required: true,
      values: ['bash', 'zsh', 'fish'],
    },
  ],
  flags: {},
  examples: [
    'source <(tidegate completions bash)',
    'tidegate completions fish > ~/.config/fish/completions/tidegate.fish',
  ],
  run: async ({ operands, terminal }) => {
    const verbs = await Promise.all(
      COMMANDS.map(async (entry) => ({ entry, command: (await entry.load()).command })),
    )
    terminal.out.write(GENERATORS[operands[0]!]!(verbs))
    return ExitCode.finished
  },
})

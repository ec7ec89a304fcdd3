import { EngineError } from '../../runtime/errors/index.ts'
import { didYouMean, parseArguments } from './arguments.ts'
import { COMMANDS, SEATUNNEL_COMMAND, type CommandEntry } from './commands.ts'
import { ExitCode } from './exitCodes.ts'
import { describeError } from './failure.ts'
import type { Terminal } from './terminal.ts'

/** Codes that say what a cluster refuses, or that there is none: the command line was right. */
const OF_CLUSTER = /^API-/

const findEntry = (word: string): CommandEntry => {
  if (word.startsWith('-')) return SEATUNNEL_COMMAND
  const found = COMMANDS.find((entry) => entry.name === word)
  if (found !== undefined) return found
  const hint = didYouMean(
    word,
    COMMANDS.map((entry) => entry.name),
  )
  throw new EngineError('CLI-001', `The verb ${word} is unknown.${hint} See tidegate --help.`)
}

const showMainHelp = async (terminal: Terminal): Promise<ExitCode> => {
  const { mainHelp } = await import('./help.ts')
  terminal.out.write(mainHelp(terminal.out))
  return ExitCode.finished
}

const dispatch = async (words: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  const first = words[0]
  if (first === undefined || first === '--help' || first === '-h') return showMainHelp(terminal)
  if (first === 'help') {
    return words[1] === undefined ? showMainHelp(terminal) : dispatch([words[1], '-h'], terminal)
  }
  if (first === '--version') return dispatch(['version'], terminal)
  const entry = findEntry(first)
  const { command } = await entry.load()
  const parsed = parseArguments(entry === SEATUNNEL_COMMAND ? words : words.slice(1), command)
  if (parsed.help) {
    const { commandHelp } = await import('./help.ts')
    terminal.out.write(commandHelp(entry, command, terminal.out))
    return ExitCode.finished
  }
  // The parser has checked every flag against the specs that the command's types come from.
  const flags = parsed.flags as Parameters<typeof command.run>[0]['flags']
  return command.run({ operands: parsed.operands, flags, terminal })
}

/**
 * Runs one command line and answers with the exit code. A mistake of the user is one line on
 * stderr; a bug of ours shows its stack.
 */
export const runCommandLine = async (
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> => {
  try {
    return await dispatch(words, terminal)
  } catch (thrown) {
    terminal.err.write(describeError(thrown, terminal.err))
    if (!(thrown instanceof EngineError)) return ExitCode.bug
    return OF_CLUSTER.test(thrown.code) ? ExitCode.failed : ExitCode.usage
  }
}

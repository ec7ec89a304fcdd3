import type { Command, FlagSpec, OperandSpec } from './command.ts'
import { COMMANDS, type CommandEntry } from './commands.ts'
import { EXIT_CODE_TEXTS } from './exitCodes.ts'
import type { TextStream } from './terminal.ts'

type Row = readonly [left: string, right: string]

const twoColumns = (rows: readonly Row[], stream: TextStream): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows
    .map(([left, right]) => `  ${stream.color.cyan(left.padEnd(width))}  ${right}\n`)
    .join('')
}

const section = (title: string, body: string, stream: TextStream): string =>
  body === '' ? '' : `\n${stream.color.bold(title)}\n${body}`

const operandText = (operand: OperandSpec): string => {
  const name = operand.repeated === true ? `${operand.name}…` : operand.name
  return operand.required ? name : `[${name}]`
}

const flagRow = ([name, spec]: readonly [string, FlagSpec]): Row => {
  const short = spec.short === undefined ? '' : `-${spec.short}, `
  const placeholder = spec.placeholder ?? 'VALUE'
  const value =
    spec.kind === 'switch' ? '' : spec.kind === 'optional' ? ` [${placeholder}]` : ` ${placeholder}`
  const values = spec.values === undefined ? '' : ` (${spec.values.join(', ')})`
  const defaultValue = spec.defaultValue === undefined ? '' : ` [${spec.defaultValue}]`
  return [`${short}--${name}${value}`, `${spec.description}${values}${defaultValue}`]
}

const exitCodeRows = (stream: TextStream): string =>
  twoColumns(
    EXIT_CODE_TEXTS.map(([code, text]) => [String(code), text]),
    stream,
  )

/** The page of `tidegate --help`. */
export const mainHelp = (stream: TextStream): string => {
  const verbs = COMMANDS.map((entry): Row => [entry.name, entry.summary])
  return (
    'Tidegate moves data between systems: a job file says from where, through what, to where.\n' +
    section('Usage', '  tidegate VERB [OPTIONS]\n  tidegate -c FILE -m local [OPTIONS]\n', stream) +
    section('Verbs', twoColumns(verbs, stream), stream) +
    section(
      'Help',
      twoColumns(
        [
          ['VERB --help', 'everything about a verb'],
          ['-c FILE --help', 'the flags of seatunnel.sh that work here'],
        ],
        stream,
      ),
      stream,
    ) +
    section('Exit codes', exitCodeRows(stream), stream)
  )
}

/** The page of `tidegate VERB --help`. */
export const commandHelp = (entry: CommandEntry, command: Command, stream: TextStream): string => {
  const usage = ['tidegate', entry.name, ...command.operands.map(operandText), '[OPTIONS]']
  const operands = command.operands.map((operand): Row => [
    operandText(operand),
    operand.values === undefined
      ? operand.description
      : `${operand.description} (${operand.values.join(', ')})`,
  ])
  const flags = [
    ...Object.entries(command.flags).map(flagRow),
    ['-h, --help', 'this page'] as const,
  ]
  return (
    `${command.description}\n` +
    section('Usage', `  ${usage.filter((word) => word !== '').join(' ')}\n`, stream) +
    section('Arguments', operands.length === 0 ? '' : twoColumns(operands, stream), stream) +
    section('Options', twoColumns(flags, stream), stream) +
    section('Examples', command.examples.map((example) => `  ${example}\n`).join(''), stream) +
    section('Exit codes', entry.name === 'run' ? exitCodeRows(stream) : '', stream)
  )
}

import type { Grid } from '../../../members/grid/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { type Call, defineCommand, type FlagSpecs } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { gridFlags, withGrid } from '../grid/client.ts'
import { type Output, writeDone, writeResult } from '../grid/output.ts'
import { valueOf } from '../grid/values.ts'

const ACTIONS = ['publish', 'listen'] as const

const flags = {
  ...gridFlags,
  reliable: {
    kind: 'switch',
    description: 'the reliable topic of this name, which keeps messages for slow listeners',
  },
  count: {
    kind: 'text',
    short: 'n',
    placeholder: 'NUMBER',
    description: 'listen: end after so many messages; with Ctrl-C otherwise',
  },
} as const satisfies FlagSpecs

type TopicCall = Call<typeof flags>

const countOf = (word: string | undefined): number => {
  if (word === undefined) return Infinity
  const count = Number(word)
  if (Number.isInteger(count) && count > 0) return count
  throw new EngineError('CLI-001', `--count is a whole number above 0, not ${word}.`)
}

/** Resolves with the code to end with, once somebody has asked. */
const interruption = (): { readonly asked: Promise<ExitCode>; release(): void } => {
  const { promise, resolve } = Promise.withResolvers<ExitCode>()
  const onInterrupt = (): void => resolve(ExitCode.interrupted)
  const onTerminate = (): void => resolve(ExitCode.terminated)
  process.once('SIGINT', onInterrupt)
  process.once('SIGTERM', onTerminate)
  return {
    asked: promise,
    release: () => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
    },
  }
}

/** Shows messages until there were enough, the grid is closed, or somebody asks to end. */
const listen = async (call: TopicCall, grid: Grid, output: Output): Promise<ExitCode> => {
  const { operands, flags: given, terminal } = call
  const name = operands[1]!
  let left = countOf(given.count)
  const enough = Promise.withResolvers<ExitCode>()
  const show = ({ message }: { readonly message: unknown }): void => {
    if (left <= 0) return
    left -= 1
    writeResult(output, message)
    if (left === 0) enough.resolve(ExitCode.finished)
  }
  const signals = interruption()
  const listening = given.reliable
    ? await grid.reliableTopic(name).addMessageListener(show)
    : await grid.topic(name).addMessageListener(show)
  terminal.err.write(`Listening to ${name}; Ctrl-C ends.\n`)
  try {
    return await Promise.race([enough.promise, signals.asked])
  } finally {
    signals.release()
    await listening.cancel()
  }
}

const act = async (call: TopicCall, grid: Grid, output: Output): Promise<ExitCode> => {
  const [action, name, value] = call.operands as [(typeof ACTIONS)[number], string, string?]
  if (action === 'listen') return listen(call, grid, output)
  const topic = call.flags.reliable ? grid.reliableTopic(name) : grid.topic(name)
  await topic.publish(await valueOf(value))
  return writeDone(output, { published: true })
}

export const command = defineCommand({
  description:
    'Publishes to a topic of the cluster, or shows what others publish, as a client of any member.\n' +
    'Values are JSON where they are, else texts, and - is stdin.',
  operands: [
    { name: 'ACTION', description: 'what to do', required: true, values: ACTIONS },
    { name: 'NAME', description: 'the name of the topic', required: true },
    { name: 'VALUE', description: 'what publish tells', required: false },
  ],
  flags,
  examples: [
    'tidegate topic listen news',
    'tidegate topic publish news \'{"temperature": 21.5}\'',
    'tidegate topic listen alarms --reliable --count 10 --format json',
  ],
  run: (call) => withGrid(call.flags, call.terminal, (grid, output) => act(call, grid, output)),
})

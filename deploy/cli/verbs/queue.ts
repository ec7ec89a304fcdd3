import type { Grid } from '../../../members/grid/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { type Call, defineCommand, type FlagSpecs } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { gridFlags, withGrid } from '../grid/client.ts'
import { secondsOf } from '../grid/seconds.ts'
import {
  type Output,
  writeAll,
  writeDone,
  writeResult,
  writeStatistics,
  writeValue,
} from '../grid/output.ts'
import { valueOf } from '../grid/values.ts'

const ACTIONS = ['offer', 'poll', 'peek', 'items', 'size', 'clear', 'stats'] as const

const flags = {
  ...gridFlags,
  wait: {
    kind: 'text',
    short: 'w',
    placeholder: 'SECONDS',
    description: 'wait so long for an element, or for room',
    defaultValue: '0',
  },
} as const satisfies FlagSpecs

const act = async (
  { operands, flags: given, terminal }: Call<typeof flags>,
  grid: Grid,
  output: Output,
): Promise<ExitCode> => {
  const [action, name, value] = operands as [(typeof ACTIONS)[number], string?, string?]
  if (action === 'stats') return writeStatistics(output, grid, 'queue', name)
  if (name === undefined) throw new EngineError('CLI-001', 'NAME is missing: which queue.')
  const queue = grid.queue(name)
  const waitMs = secondsOf('--wait', given.wait) * 1000
  const empty = `The queue ${name} is empty.`
  switch (action) {
    case 'offer': {
      if (await queue.offer(await valueOf(value), waitMs)) return writeDone(output, { taken: true })
      if (output.isJson) writeDone(output, { taken: false })
      terminal.err.write(`The queue ${name} is full.\n`)
      return ExitCode.failed
    }
    case 'poll':
      return writeValue(output, await queue.poll(waitMs), empty)
    case 'peek':
      return writeValue(output, await queue.peek(), empty)
    case 'items':
      return writeAll(output, queue)
    case 'size':
      return writeResult(output, await queue.size())
    case 'clear':
      await queue.clear()
      return writeDone(output, { cleared: name })
    default:
      return action satisfies never
  }
}

export const command = defineCommand({
  description:
    'Offers to a queue of the cluster and polls it, as a client of any member. Values are JSON\n' +
    'where they are, else texts, and - is stdin. The exit code is 1 where the queue is empty or full.',
  operands: [
    { name: 'ACTION', description: 'what to do', required: true, values: ACTIONS },
    {
      name: 'NAME',
      description: 'the name of the queue; stats shows all without',
      required: false,
    },
    { name: 'VALUE', description: 'what offer adds', required: false },
  ],
  flags,
  examples: [
    'tidegate queue offer tasks \'{"id": 1}\'',
    'tidegate queue poll tasks --wait 10',
    'tidegate queue size tasks --member 10.0.0.1:5801',
  ],
  run: (call) => withGrid(call.flags, call.terminal, (grid, output) => act(call, grid, output)),
})

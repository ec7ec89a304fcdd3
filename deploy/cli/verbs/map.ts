import { EngineError } from '../../../runtime/errors/index.ts'
import type { Grid } from '../../../members/grid/index.ts'
import { type Call, defineCommand, type FlagSpecs } from '../command.ts'
import type { ExitCode } from '../exitCodes.ts'
import { gridFlags, withGrid } from '../grid/client.ts'
import {
  type Output,
  writeAll,
  writeDone,
  writeResult,
  writeStatistics,
  writeValue,
} from '../grid/output.ts'
import { secondsOf } from '../grid/seconds.ts'
import { jsonOf, parseValue, textOf, valueOf } from '../grid/values.ts'

const ACTIONS = [
  'get',
  'put',
  'remove',
  'contains',
  'keys',
  'values',
  'entries',
  'size',
  'clear',
  'stats',
] as const

const flags = {
  ...gridFlags,
  'json-key': { kind: 'switch', description: 'KEY is JSON, such as 7; a text without this' },
  ttl: {
    kind: 'text',
    placeholder: 'SECONDS',
    description: 'put: the entry is gone after so long',
  },
} as const satisfies FlagSpecs

type MapCall = Call<typeof flags>

const keyOf = ({ operands, flags: given }: MapCall): unknown => {
  const key = operands[2]
  if (key === undefined) throw new EngineError('CLI-001', 'KEY is missing: which entry.')
  return given['json-key'] ? parseValue(key) : key
}

const lifetimeOf = ({ flags: given }: MapCall): { readonly ttlMs?: number } => {
  return given.ttl === undefined ? {} : { ttlMs: secondsOf('--ttl', given.ttl) * 1000 }
}

const act = async (call: MapCall, grid: Grid, output: Output): Promise<ExitCode> => {
  const [action, name] = call.operands as [(typeof ACTIONS)[number], string | undefined]
  if (action === 'stats') return writeStatistics(output, grid, 'map', name)
  if (name === undefined) throw new EngineError('CLI-001', 'NAME is missing: which map.')
  const map = grid.map(name)
  const missing = (): string => `The map ${name} has no entry ${call.operands[2]}.`
  switch (action) {
    case 'get':
      return writeValue(output, await map.get(keyOf(call)), missing())
    case 'put': {
      const value = await valueOf(call.operands[3])
      return writeDone(output, { previous: await map.put(keyOf(call), value, lifetimeOf(call)) })
    }
    case 'remove':
      return writeValue(output, await map.remove(keyOf(call)), missing())
    case 'contains':
      return writeResult(output, await map.containsKey(keyOf(call)))
    case 'keys':
      return writeAll(output, await map.keySet())
    case 'values':
      return writeAll(output, await map.values())
    case 'entries': {
      const line = ([key, value]: [unknown, unknown]): string => `${textOf(key)}\t${textOf(value)}`
      return writeAll(output, output.isJson ? pairs(map.iterator()) : map.iterator(), line)
    }
    case 'size':
      return writeResult(output, await map.size())
    case 'clear':
      await map.clear()
      return writeDone(output, { cleared: name })
    default:
      return action satisfies never
  }
}

async function* pairs(entries: AsyncIterable<[unknown, unknown]>) {
  for await (const [key, value] of entries)
    yield { key, value: JSON.parse(jsonOf(value)) as unknown }
}

export const command = defineCommand({
  description:
    'Reads and writes a map of the cluster, as a client of any member. Keys are texts unless\n' +
    '--json-key says otherwise; values are JSON where they are, else texts, and - is stdin.\n' +
    'The exit code is 1 where there is no such entry.',
  operands: [
    { name: 'ACTION', description: 'what to do', required: true, values: ACTIONS },
    { name: 'NAME', description: 'the name of the map; stats shows all without', required: false },
    { name: 'KEY', description: 'the key of the entry', required: false },
    { name: 'VALUE', description: 'what put writes', required: false },
  ],
  flags,
  examples: [
    'tidegate map put users 7 \'{"name": "Ada"}\'',
    'tidegate map get users 7 --member 10.0.0.1:5801 --cluster plant',
    'tidegate map entries users --format json',
    'tidegate map stats',
  ],
  run: (call) => withGrid(call.flags, call.terminal, (grid, output) => act(call, grid, output)),
})

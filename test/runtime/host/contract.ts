import { describe, test } from 'bun:test'
import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { clockCases } from './clockCases.ts'
import { datagramCases } from './datagramCases.ts'
import { diskCases } from './diskCases.ts'
import { networkCases } from './networkCases.ts'
import { processCases } from './processCases.ts'

/** What a case may use: a host, an empty folder on its disk and an address that it has. */
export interface Bench {
  readonly host: Host
  readonly folder: string
  readonly address: string
}

export type Case = (bench: Bench) => Promise<void>
export type Cases = Readonly<Record<string, Case>>

/** Runs one case on a fresh bench and clears up after it. */
export type CaseRunner = (run: Case) => Promise<void>

/** What every host promises; the real one and the simulated one pass the same cases. */
export const hostContract = (name: string, run: CaseRunner): void => {
  const areas = {
    disk: diskCases,
    network: networkCases,
    datagrams: datagramCases,
    clock: clockCases,
    process: processCases,
  }
  for (const [area, cases] of Object.entries(areas)) {
    describe(`${name}: ${area}`, () => {
      for (const [title, body] of Object.entries<Case>(cases)) test(title, () => run(body))
    })
  }
}

/** What `action` fails with; it must be an EngineError. */
export const failureOf = async (action: Promise<unknown>): Promise<EngineError> => {
  try {
    await action
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown
    throw thrown
  }
  throw new Error('expected a failure')
}

export const codeOf = async (action: Promise<unknown>): Promise<string> =>
  (await failureOf(action)).code

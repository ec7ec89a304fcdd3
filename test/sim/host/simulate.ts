import { drainMicrotasks } from 'bun:jsc'
import { createSeededRandom } from './random.ts'
import type { ThreadEntries } from './threads.ts'
import { createTimeline, type Timeline } from './timeline.ts'
import { createTrace } from './trace.ts'
import { createWorld, type SimWorld } from './world.ts'

export interface SimulationOptions {
  /** Keeps every line of the trace, instead of the last ones; slower. */
  readonly trace?: boolean
  /** Virtual time after which a scenario counts as stuck; one day unless given. */
  readonly limitMs?: number
  /** Events after which a scenario counts as stuck. */
  readonly limitEvents?: number
  /**
   * How many events happen between two turns of the real event loop. Threads that share memory need
   * 1: `Atomics.waitAsync` settles in such a turn only.
   */
  readonly eventsPerTurn?: number
  /** What `host.threads.spawn` runs, by entry. */
  readonly threads?: ThreadEntries
}

export interface SimulationResult<T> {
  readonly value: T
  readonly seed: number
  /** How many events happened. */
  readonly events: number
  /** How much virtual time passed. */
  readonly elapsedMs: number
  /** Equal when, and in practice only when, the same happened at the same times. */
  readonly fingerprint: number
  readonly trace: readonly string[]
}

/** Runs of events between two turns of the real event loop, which a test runner needs now and then. */
const SLICE = 20_000
const DAY_MS = 86_400_000
const EVENTS_MAX = 50_000_000

/** Why the simulation cannot go on; undefined while it can. */
const stuck = (timeline: Timeline, options: SimulationOptions): string | undefined => {
  const { limitMs = DAY_MS, limitEvents = EVENTS_MAX } = options
  if (timeline.nowMs() > limitMs) return `still running after ${limitMs} ms of virtual time`
  if (timeline.events() > limitEvents) return `still running after ${limitEvents} events`
  return undefined
}

/** Runs events until `isOver` or until nothing more can happen; throws when it is stuck. */
const runTimeline = async (
  timeline: Timeline,
  isOver: () => boolean,
  options: SimulationOptions,
): Promise<void> => {
  const { eventsPerTurn = SLICE } = options
  while (!isOver()) {
    // Lets timeouts and signals of the test runner in.
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    for (let count = 0; count < eventsPerTurn && !isOver(); count += 1) {
      if (timeline.step()) continue
      throw new Error('nothing is left to happen, yet the scenario waits')
    }
    const reason = stuck(timeline, options)
    if (reason !== undefined) throw new Error(reason)
  }
}

const reportOf = (seed: number, timeline: Timeline, thrown: unknown): Error => {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  const last = timeline.trace.lines().slice(-40).join('\n')
  const text = `SEED=${seed} failed at ${timeline.nowMs().toFixed(3)} ms: ${reason}\n${last}`
  return new Error(text, { cause: thrown })
}

/**
 * Runs `scenario` in a world of simulated machines, in virtual time. All that happens follows from
 * `seed`: the same seed gives the same history, event by event. The scenario may await anything of
 * this world (a sleep, a dial, a file), and nothing outside it: that would never come.
 * Rejects with the seed and the last events when the scenario, or a program on a machine, fails.
 */
export const simulate = async <T>(
  seed: number,
  scenario: (world: SimWorld) => Promise<T>,
  options: SimulationOptions = {},
): Promise<SimulationResult<T>> => {
  const random = createSeededRandom(`seed ${seed}`)
  const trace = createTrace(options.trace ?? false)
  const timeline = createTimeline(random.fork('network'), trace)
  let outcome: { readonly value: T } | { readonly thrown: unknown } | undefined
  const fail = (thrown: unknown): void => {
    outcome ??= { thrown }
  }
  const entries = options.threads ?? {}
  const { world, dispose } = createWorld({ seed, random, timeline, entries, fail })
  timeline.after(0, { kind: 'scenario' }, () => {
    scenario(world).then((value) => {
      outcome ??= { value }
    }, fail)
  })
  try {
    await runTimeline(timeline, () => outcome !== undefined, options)
  } catch (thrown) {
    fail(thrown)
  }
  const settled = outcome!
  dispose()
  drainMicrotasks()
  if ('thrown' in settled) throw reportOf(seed, timeline, settled.thrown)
  return {
    value: settled.value,
    seed,
    events: timeline.events(),
    elapsedMs: timeline.nowMs(),
    fingerprint: trace.fingerprint(),
    trace: trace.lines(),
  }
}

/** Where a run over many seeds starts and how many it takes: SIM_SEED and SIM_SEEDS set both. */
const seedRange = (count: number): { readonly from: number; readonly count: number } => {
  const { SIM_SEED, SIM_SEEDS } = process.env
  if (SIM_SEED !== undefined) return { from: Number(SIM_SEED), count: Number(SIM_SEEDS ?? 1) }
  return { from: 1, count: Number(SIM_SEEDS ?? count) }
}

/**
 * Runs `scenario` for `count` seeds, one after the other; stops at the first that fails.
 * `SIM_SEED=n` runs that one alone, `SIM_SEEDS=n` that many.
 */
export const simulateSeeds = async (
  count: number,
  scenario: (world: SimWorld) => Promise<void>,
  options: SimulationOptions = {},
): Promise<{ readonly seeds: number; readonly events: number }> => {
  const range = seedRange(count)
  let events = 0
  for (let seed = range.from; seed < range.from + range.count; seed += 1) {
    events += (await simulate(seed, scenario, options)).events
  }
  return { seeds: range.count, events }
}

import { ByteSink, ByteSource } from '../../members/grid/bytes/index.ts'
import type { GridInvoker, Invocation } from '../../members/grid/operations/invoker.ts'
import type {
  Fragment,
  FragmentCall,
  FragmentTurn,
  Structure,
} from '../../members/grid/structures/structure.ts'
import { createRealHost, type Host } from '../../runtime/host/index.ts'
import { createSeededRandom } from '../sim/host/index.ts'
import { copyFragment, createReplicas, type Replica } from './gridReplicas.ts'
import { createVirtualClock, type VirtualClock } from './virtualClock.ts'

export interface GridHarnessOptions {
  readonly partitionCount?: number
  readonly seed?: string
  /** How often the copy of a fragment is compared with it: after each so many calls that changed it. */
  readonly copyEvery?: number
}

/**
 * A grid in one process: each fragment has a primary, which runs the calls, and a backup, which gets
 * the effects. After every call it compares the two; a refused call must have changed nothing; the
 * effects given twice must do what once does; copies must equal what they were made of.
 * Time stands still until `advance`.
 */
export interface GridHarness {
  readonly host: Host & { readonly clock: VirtualClock }
  /** Of the caller `caller-1`. */
  readonly invoker: GridInvoker
  /** Of another caller. */
  invokerOf(callerId: string): GridInvoker
  /** Time goes on: calls that wait for that long are answered, then every fragment ticks. */
  advance(byMs: number): void
  /** The caller is gone for good. */
  callerGone(callerId: string): void
  /**
   * Every backup becomes the primary and gets a new backup by copying; the calls that wait run
   * anew, as invokers do it.
   */
  failOver(): void
  /** The primary and the backup of every fragment change places, as when partitions move. */
  handOver(): void
  /** Calls that wait. */
  waitingCount(): number
  replicas(): readonly Replica[]
  close(): void
}

interface Waiting {
  readonly key: string
  readonly untilMs: number
}

interface Call {
  readonly invocation: Invocation
  readonly caller: string
  readonly resolve: (result: ByteSource) => void
  readonly reject: (error: unknown) => void
  waiting: Waiting | undefined
  firstRunMs: number | undefined
}

interface Listener {
  readonly serviceId: number
  readonly name: string
  readonly filter: Uint8Array
  readonly onEvent: (event: ByteSource) => void
}

interface HarnessState {
  readonly host: Host
  readonly copyEvery: number
  readonly listeners: Set<Listener>
  /** In the order in which they came. */
  calls: Call[]
  readonly woken: { readonly replica: Replica; readonly key: string }[]
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0

const tell = (state: HarnessState, replica: Replica, events: readonly Uint8Array[]): void => {
  for (const event of events) {
    for (const listener of state.listeners) {
      if (listener.serviceId !== replica.structure.serviceId) continue
      if (listener.name !== replica.name) continue
      if (!replica.structure.matches(listener.filter, event)) continue
      queueMicrotask(() => {
        if (state.listeners.has(listener)) listener.onEvent(new ByteSource(event))
      })
    }
  }
}

const hasListeners = (state: HarnessState, replica: Replica): boolean =>
  [...state.listeners].some(
    ({ serviceId, name }) => serviceId === replica.structure.serviceId && name === replica.name,
  )

/** Gives the effects to the backup, twice, and compares. */
const replicate = (state: HarnessState, replica: Replica, effects: Uint8Array): void => {
  if (effects.length === 0) return
  replica.backup.apply(new ByteSource(effects.slice()))
  replica.compare(replica.backup, 'The backup differs after the effects')
  replica.backup.apply(new ByteSource(effects.slice()))
  replica.compare(replica.backup, 'The backup differs after the same effects came twice')
  replica.changes += 1
  if (replica.changes % state.copyEvery !== 0) return
  const copy = copyFragment(replica)
  replica.compare(copy, 'A copy differs')
  copy.close()
}

/** Something other than a call that may change a fragment on its primary. */
const takeTurn = (
  state: HarnessState,
  replica: Replica,
  run: (fragment: Fragment, turn: FragmentTurn) => void,
): void => {
  const effects = new ByteSink()
  const events: Uint8Array[] = []
  run(replica.primary, {
    nowMs: state.host.clock.now(),
    effects,
    isAlone: false,
    hasListeners: hasListeners(state, replica),
    publish: (event) => void events.push(event.slice()),
  })
  replicate(state, replica, effects.copy())
  tell(state, replica, events)
}

/** A call ran without an answer: it must not have left a trace. */
const assertUnchanged = (
  replica: Replica,
  before: number,
  effects: ByteSink,
  what: string,
): void => {
  if (effects.length > 0) throw new Error(`${replica.label}: ${what}, but it wrote effects`)
  if (replica.primary.digest() !== before) {
    throw new Error(`${replica.label}: ${what}, but it changed the state`)
  }
}

const executeCall = (state: HarnessState, replica: Replica, call: Call, turn: 1 | 2 | 3): void => {
  const nowMs = state.host.clock.now()
  const before = replica.primary.digest()
  const { invocation } = call
  const effects = new ByteSink()
  const result = new ByteSink()
  const events: Uint8Array[] = []
  const firstRunMs = call.firstRunMs ?? nowMs
  call.firstRunMs = firstRunMs
  call.waiting = undefined
  const fragmentCall: FragmentCall = {
    nowMs,
    effects,
    result,
    isAlone: false,
    hasListeners: hasListeners(state, replica),
    publish: (event) => void events.push(event.slice()),
    operation: invocation.operation,
    arguments: new ByteSource(invocation.arguments),
    caller: call.caller,
    turn,
    park: (key, timeoutMs) => {
      if (turn === 3) throw new Error(`${replica.label}: a call whose time is up waits again`)
      call.waiting = { key, untilMs: firstRunMs + timeoutMs }
    },
  }
  const argumentsBefore = invocation.arguments.slice()
  try {
    replica.primary.execute(fragmentCall)
  } catch (error) {
    assertUnchanged(replica, before, effects, 'A call was refused')
    finish(state, call)
    call.reject(error)
    return
  }
  if (!sameBytes(argumentsBefore, invocation.arguments)) {
    throw new Error(`${replica.label}: a call changed its arguments`)
  }
  if (call.waiting !== undefined) {
    assertUnchanged(replica, before, effects, 'A call waits')
    return
  }
  if (effects.length === 0 && replica.primary.digest() !== before) {
    throw new Error(`${replica.label}: the state changed without effects`)
  }
  replicate(state, replica, effects.copy())
  finish(state, call)
  call.resolve(new ByteSource(result.copy()))
  tell(state, replica, events)
}

const finish = (state: HarnessState, call: Call): void => {
  state.calls = state.calls.filter((other) => other !== call)
}

/** Runs again what was woken meanwhile, oldest first. */
const runWoken = (state: HarnessState, replicaOf: (call: Call) => Replica): void => {
  for (let next = state.woken.shift(); next !== undefined; next = state.woken.shift()) {
    for (const call of state.calls) {
      if (call.waiting?.key !== next.key || replicaOf(call) !== next.replica) continue
      executeCall(state, next.replica, call, 2)
    }
  }
}

const runTimeouts = (state: HarnessState, replicaOf: (call: Call) => Replica): void => {
  const nowMs = state.host.clock.now()
  for (const call of state.calls) {
    if (call.waiting === undefined || call.waiting.untilMs > nowMs) continue
    executeCall(state, replicaOf(call), call, 3)
    runWoken(state, replicaOf)
  }
}

export const createGridHarness = (
  structures: readonly Structure[],
  { partitionCount = 7, seed = 'harness', copyEvery = 1 }: GridHarnessOptions = {},
): GridHarness => {
  const clock = createVirtualClock()
  const host = { ...createRealHost(), clock, random: createSeededRandom(seed) }
  const woken: HarnessState['woken'] = []
  const state: HarnessState = { host, copyEvery, listeners: new Set(), calls: [], woken }
  const replicas = createReplicas(structures, host, (replica, key) => {
    woken.push({ replica, key })
    queueMicrotask(() => runWoken(state, replicaOf))
  })
  const replicaOf = ({ invocation }: Call): Replica => replicas.of(invocation)

  const run = (call: Call): void => {
    executeCall(state, replicaOf(call), call, 1)
    runWoken(state, replicaOf)
    runTimeouts(state, replicaOf)
  }

  const invokerOf = (callerId: string): GridInvoker => {
    const invoke = (invocation: Invocation): Promise<ByteSource> =>
      new Promise((resolve, reject) => {
        const { signal, partition } = invocation
        if (partition < 0 || partition >= partitionCount) {
          throw new Error(`There is no partition ${partition}`)
        }
        signal?.throwIfAborted()
        const kept = { ...invocation, arguments: invocation.arguments.slice() }
        const call: Call = {
          invocation: kept,
          caller: callerId,
          resolve,
          reject,
          waiting: undefined,
          firstRunMs: undefined,
        }
        state.calls.push(call)
        signal?.addEventListener('abort', () => {
          finish(state, call)
          reject(signal.reason)
        })
        queueMicrotask(() => {
          if (!state.calls.includes(call)) return
          try {
            run(call)
          } catch (error) {
            reject(error)
          }
        })
      })
    return {
      partitionCount,
      callerId,
      invoke,
      async invokeOnPartitions(partitions, invocation) {
        const results = new Map<number, ByteSource>()
        for (const partition of partitions) {
          results.set(partition, await invoke({ ...invocation, partition }))
        }
        return results
      },
      invokeAll: (invocations) => Promise.all(invocations.map(invoke)),
      async subscribe(serviceId, name, filter, onEvent) {
        const listener = { serviceId, name, filter: filter.slice(), onEvent }
        state.listeners.add(listener)
        return {
          async cancel() {
            state.listeners.delete(listener)
          },
        }
      },
    }
  }

  const runWaiting = (): void => {
    for (const call of state.calls) if (call.waiting !== undefined) run(call)
  }

  const turnAll = (change: (fragment: Fragment, turn: FragmentTurn) => void): void => {
    for (const replica of replicas.all()) takeTurn(state, replica, change)
    runWoken(state, replicaOf)
  }

  return {
    host,
    invoker: invokerOf('caller-1'),
    invokerOf,
    advance(byMs) {
      clock.advance(byMs)
      runWoken(state, replicaOf)
      runTimeouts(state, replicaOf)
      turnAll((fragment, turn) => fragment.tick?.(turn))
    },
    callerGone(callerId) {
      for (const call of state.calls.filter(({ caller }) => caller === callerId)) {
        finish(state, call)
        call.reject(new Error(`${callerId} is gone`))
      }
      turnAll((fragment, turn) => fragment.callerGone?.(callerId, turn))
    },
    failOver() {
      for (const replica of replicas.all()) replica.failOver()
      runWaiting()
    },
    handOver() {
      for (const replica of replicas.all()) replica.handOver()
      runWaiting()
    },
    waitingCount: () => state.calls.length,
    replicas: () => replicas.all(),
    close() {
      for (const replica of replicas.all()) replica.close()
    },
  }
}

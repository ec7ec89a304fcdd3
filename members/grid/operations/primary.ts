import { EngineError } from '../../../runtime/errors/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import { type Piece, pieceOf, WireFault } from '../../wire/index.ts'
import { ByteSink } from '../bytes/index.ts'
import {
  type Caller,
  type Held,
  isHolder,
  type Named,
  type Partition,
  type Pending,
  type Pendings,
  type Registry,
  type Replicator,
} from '../replication/index.ts'
import { DESTROY_OPERATION } from '../structures/structure.ts'
import { OperationCall } from './call.ts'
import { HEADS, OUTCOMES, type Outcome, writeNotHere, writeRefusal } from './codec.ts'
import { executeMerge, MERGE_OPERATION } from './merging.ts'
import { createParking, type ParkedCall, type Parking } from './parking.ts'

/** Runs calls on the partitions of this member, one after the other. */
export interface Primary {
  /** Answers at once, later, or never when the caller has gone. Throws WireFault for nonsense. */
  run(request: Request): void
  /** Answers a call on a partition that this member is a backup of, where its structure allows that. */
  readBackup(request: Request): boolean
  /** Lets a fragment change by itself: time has passed, a caller has gone. */
  turn(held: Held, act: (call: OperationCall) => void): void
  /** Calls that wait for `key` run again once nothing else does, the oldest so many of them. */
  wake(named: Named, partition: Partition, key: string, countMax?: number): void
  /** Calls that wait on the partition are sent elsewhere. */
  evict(partition: Partition): void
  /** The fragment is no more. */
  dropped(held: Held): void
  readonly parking: Parking
  statistics(): { readonly calls: number; readonly parked: number }
  close(): void
}

/** A call as it came; the one object of its kind is used again. */
export interface Request {
  caller: Caller
  id: number
  named: Named
  partition: Partition
  operation: number
  /** Good until `run` returns. */
  readonly arguments: Piece
}

export interface PrimaryOptions {
  readonly host: Host
  readonly registry: Registry
  readonly replicator: () => Replicator
  readonly pendings: Pendings
  readonly safeUntilMs: () => number
  /** Members of the present list that hold data. */
  readonly dataMemberCount: () => number
  readonly publish: (held: Held, events: readonly Uint8Array[]) => void
}

const NOTHING = pieceOf(new Uint8Array(0))

class PrimaryRunner implements Primary {
  readonly #options: PrimaryOptions
  readonly #call = new OperationCall()
  readonly #refusal = new ByteSink()
  readonly parking: Parking
  #isRunning = false
  #woken: { readonly held: Held; readonly key: string; readonly countMax: number }[] = []
  #calls = 0

  constructor(options: PrimaryOptions) {
    this.#options = options
    this.parking = createParking(options.host.clock, (parked) => {
      this.#resume(parked, 3)
      this.#runWoken()
    })
  }

  run(request: Request): void {
    const { caller, id, named, partition } = request
    if (!partition.isPrimary && this.readBackup(request)) return
    if (!this.#serves(partition, caller, id)) return
    if (this.#refuses(named, request.operation, caller, id)) return
    const held = named.held[partition.id] ?? this.#options.registry.hold(named, partition)
    if (!this.#options.replicator().hasRoom(held)) {
      caller.answer(id, HEADS[OUTCOMES.busy]!, NOTHING)
      return
    }
    const call = this.#begun(request)
    this.#execute(held, caller, id)
    if (call.parking !== undefined) this.#park(held, request)
    this.#runWoken()
  }

  readBackup(request: Request): boolean {
    const { caller, id, named, partition, operation } = request
    const held = named.held[partition.id]
    if (held?.fragment.readBackup === undefined || partition.isPrimary) return false
    if (!isHolder(held) || !this.#isSafe()) return false
    if (this.#refusalOf(named, operation) !== undefined) return false
    const call = this.#begun(request)
    if (!held.fragment.readBackup(call)) return false
    this.#calls += 1
    caller.answer(id, HEADS[OUTCOMES.done]!, call.result)
    return true
  }

  turn(held: Held, act: (call: OperationCall) => void): void {
    const { replicator, host } = this.#options
    if (held.named.keeper?.refusal !== undefined || !replicator().hasRoom(held)) return
    const call = this.#call
    call.begin(host.clock.now(), held.named.hasListeners)
    this.#isRunning = true
    try {
      act(call)
    } finally {
      this.#isRunning = false
    }
    this.#settle(held, undefined, 0, OUTCOMES.done, NOTHING)
    this.#runWoken()
  }

  wake(named: Named, partition: Partition, key: string, countMax = Infinity): void {
    const held = named.held[partition.id]
    if (held === undefined || this.parking.size === 0) return
    this.#woken.push({ held, key, countMax })
    if (!this.#isRunning) this.#runWoken()
  }

  evict(partition: Partition): void {
    for (const held of partition.held.values()) this.dropped(held)
  }

  dropped(held: Held): void {
    for (const { caller, id } of this.parking.takeAll(held)) {
      this.#notHere(held.partition, caller, id)
    }
  }

  statistics(): { readonly calls: number; readonly parked: number } {
    return { calls: this.#calls, parked: this.parking.size }
  }

  close(): void {
    this.parking.close()
  }

  /** Whether calls for the partition may run; if not the caller is told why. */
  #serves(partition: Partition, caller: Caller, id: number): boolean {
    if (!partition.isPrimary || partition.frozenVersion !== undefined) {
      this.#notHere(partition, caller, id)
      return false
    }
    if (this.#isSafe()) return true
    caller.answer(id, HEADS[OUTCOMES.unsafe]!, NOTHING)
    return false
  }

  #isSafe(): boolean {
    const { host, safeUntilMs } = this.#options
    const untilMs = safeUntilMs()
    return untilMs === Infinity || host.clock.monotonic() < untilMs
  }

  /** The one call, ready to be run for a request. */
  #begun({ caller, named, operation, arguments: given }: Request): OperationCall {
    const call = this.#call
    call.begin(this.#options.host.clock.now(), named.hasListeners)
    call.operation = operation
    call.arguments.reset(given.memory, given.start, given.end)
    call.caller = caller.identity.id
    call.turn = 1
    return call
  }

  /** Whether the operation must not run now; if so the caller is told why. */
  #refuses(named: Named, operation: number, caller: Caller, id: number): boolean {
    if (named.keeper === undefined && named.protection === undefined) return false
    const refusal = this.#refusalOf(named, operation)
    if (refusal === undefined) return false
    this.#refusal.reset()
    writeRefusal(this.#refusal, refusal)
    caller.answer(id, HEADS[OUTCOMES.refused]!, this.#refusal)
    return true
  }

  #refusalOf({ name, structure, keeper, protection }: Named, operation: number) {
    const isRead = structure.onlyReads?.(operation) === true
    const reason = keeper?.refusal
    if (reason !== undefined && !isRead) {
      const text = `"${name}" cannot be changed now: ${reason.message}`
      return new EngineError('GRD-040', text, { retry: 'backoff' })
    }
    if (protection === undefined || operation === MERGE_OPERATION) return undefined
    if (protection.protectOn === (isRead ? 'WRITE' : 'READ')) return undefined
    const count = this.#options.dataMemberCount()
    const { minimumClusterSize } = protection
    if (count >= minimumClusterSize) return undefined
    const text =
      `The ${structure.name} "${name}" needs ${minimumClusterSize} members that hold data, ` +
      `by split-brain-protection "${protection.name}": there are ${count}`
    return new EngineError('GRD-008', text, { retry: 'backoff' })
  }

  #notHere(partition: Partition, caller: Caller, id: number): void {
    this.#refusal.reset()
    writeNotHere(this.#refusal, partition.id, partition.row)
    caller.answer(id, HEADS[OUTCOMES.notHere]!, this.#refusal)
  }

  #execute(held: Held, caller: Caller, id: number): void {
    const call = this.#call
    this.#calls += 1
    this.#isRunning = true
    try {
      if (call.operation === MERGE_OPERATION) executeMerge(held, call)
      else if (call.operation === DESTROY_OPERATION) this.#destroy(held)
      else held.fragment.execute(call)
    } catch (thrown) {
      call.parking = undefined
      // All else is a call that no proxy makes, or a bug.
      if (!(thrown instanceof EngineError)) throw thrown
      this.#refusal.reset()
      writeRefusal(this.#refusal, thrown)
      this.#settle(held, caller, id, OUTCOMES.refused, this.#refusal)
      return
    } finally {
      this.#isRunning = false
    }
    if (call.parking === undefined) {
      this.#settle(held, caller, id, OUTCOMES.done, call.result)
    } else if (call.effects.length > 0) {
      // Entries that were taken in or have expired; the call itself has changed nothing.
      this.#settle(held, undefined, 0, OUTCOMES.done, NOTHING)
    }
  }

  #destroy({ fragment, named }: Held): void {
    if (fragment.destroy === undefined) {
      throw new WireFault(`A ${named.structure.name} cannot be destroyed`)
    }
    fragment.destroy(this.#call)
  }

  /** Answers once the backups have what the run has changed, or what it has seen. */
  #settle(held: Held, caller: Caller | undefined, id: number, outcome: Outcome, body: Piece): void {
    const { effects, events, works } = this.#call
    const head = HEADS[outcome]!
    const isDone =
      held.lastPending === undefined &&
      works === undefined &&
      (effects.length === 0 || this.#options.replicator().countAlone(held))
    if (isDone) {
      caller?.answer(id, head, body)
      if (events !== undefined) this.#options.publish(held, events)
      return
    }
    const pending: Pending = {
      held,
      remaining: works?.length ?? 0,
      isSettled: false,
      caller,
      id,
      head,
      body: pieceOf(body.memory.slice(body.start, body.end)),
      events,
      followers: undefined,
    }
    const { lastPending } = held
    for (const work of works ?? []) this.#awaitWork(work, pending)
    if (effects.length > 0) this.#options.replicator().replicate(held, effects, pending)
    else if (lastPending!.followers === undefined) lastPending!.followers = [pending]
    else lastPending!.followers.push(pending)
  }

  #awaitWork(work: Promise<void>, pending: Pending): void {
    const { pendings } = this.#options
    work.then(
      () => pendings.lessen(pending),
      (thrown: unknown) => {
        if (!(thrown instanceof EngineError)) throw thrown
        pendings.refuse(pending, thrown)
      },
    )
  }

  #park(held: Held, { caller, id, operation, arguments: given }: Request): void {
    const { key, timeoutMs } = this.#call.parking!
    const isTaken = this.parking.add({
      held,
      key,
      caller,
      id,
      operation,
      arguments: given.memory.slice(given.start, given.end),
      dueMs: this.#options.host.clock.monotonic() + timeoutMs,
      isGone: false,
    })
    if (!isTaken) caller.answer(id, HEADS[OUTCOMES.busy]!, NOTHING)
  }

  /** Runs again the calls that were woken, until none is. */
  #runWoken(): void {
    if (this.#isRunning || this.#woken.length === 0) return
    for (let at = 0; at < this.#woken.length; at += 1) {
      const { held, key, countMax } = this.#woken[at]!
      for (const parked of this.parking.take(held, key, countMax)) this.#resume(parked, 2)
    }
    this.#woken.length = 0
  }

  #resume(parked: ParkedCall, turn: 2 | 3): void {
    const { held, caller, id } = parked
    if (!this.#serves(held.partition, caller, id)) return
    if (this.#refuses(held.named, parked.operation, caller, id)) return
    const call = this.#call
    call.begin(this.#options.host.clock.now(), held.named.hasListeners)
    call.operation = parked.operation
    call.arguments.reset(parked.arguments)
    call.caller = caller.identity.id
    call.turn = turn
    this.#execute(held, caller, id)
    if (call.parking === undefined) return
    if (turn === 3) throw new Error(`A ${held.named.structure.name} parks a call beyond its time`)
    this.parking.add({ ...parked, key: call.parking.key, isGone: false })
  }
}

export const createPrimary = (options: PrimaryOptions): Primary => new PrimaryRunner(options)

import { bytesOf, type Messenger, type Piece, pieceOf } from '../../wire/index.ts'
import type { Member } from '../../member/index.ts'
import { ByteSink, ByteSource } from '../bytes/index.ts'
import { GRID_KINDS } from '../kinds.ts'
import type { PartitionTable } from '../table/index.ts'
import { primaryOf } from '../table/index.ts'
import {
  type Check,
  type Compared,
  ENTRIES,
  type EntryKind,
  readCheck,
  type Refusal,
  writeAcknowledgement,
} from './entries.ts'
import {
  type Held,
  isHolder,
  type Keepers,
  type Named,
  type Partition,
  type Registry,
} from './state.ts'

/** What was taken from one sender. */
interface Sender {
  readonly id: string
  /** The last message in order; what comes again is not taken again. */
  last: number
  /** How many entries of the next one were taken, when the others had to wait. */
  taken: number
  /** By partition: rows that the sender must learn; kept until it is seen to have our answer. */
  readonly refusals: Map<number, { readonly number: number; readonly refusal: Refusal }>
  compared: Compared[]
  isPlanned: boolean
}

/** The backups of this member. */
export interface Incoming {
  /** The list of members has changed: those who left are forgotten. */
  prune(isMember: (id: string) => boolean): void
  /** This member begins anew. */
  reset(): void
}

export interface IncomingOptions {
  readonly member: Member
  readonly messenger: Messenger
  readonly table: PartitionTable
  readonly registry: Registry
  readonly keepers: Keepers
  readonly isMember: (id: string) => boolean
}

/** Compares what is held with what the primary lists; drops what is too much. */
const compare = (registry: Registry, partition: Partition, check: Check): Compared => {
  const needs: Compared['needs'][number][] = []
  const listed = new Set<Held>()
  for (const { serviceId, name, term, sequence, digest } of check.listed) {
    const held = registry.find(serviceId, name)?.held[partition.id]
    const isEqual =
      held !== undefined &&
      held.isWhole &&
      held.term === term &&
      held.sequence === sequence &&
      (digest === undefined || held.fragment.digest() === digest)
    if (held !== undefined) listed.add(held)
    if (isEqual) held.term = check.term
    else needs.push({ serviceId, name })
  }
  for (const held of partition.held.values()) if (!listed.has(held)) registry.drop(held)
  return { partition: partition.id, version: check.row.version, needs }
}

class IncomingBackups implements Incoming {
  readonly #options: IncomingOptions
  readonly #senders = new Map<string, Sender>()
  readonly #effects = new ByteSource(new Uint8Array(0))
  readonly #sink = new ByteSink()
  #lastNamed: Named | undefined

  constructor(options: IncomingOptions) {
    this.#options = options
  }

  receive(source: ByteSource): void {
    const { member, isMember } = this.#options
    const number = source.f64()
    const base = source.f64()
    const fromId = source.text()
    if (source.text() !== member.self.id || !isMember(fromId)) return
    const sender = this.#senderOf(fromId, base)
    if (sender === undefined) return
    for (const [partition, { number: refusedAt }] of sender.refusals) {
      if (base > refusedAt) sender.refusals.delete(partition)
    }
    if (number === sender.last + 1) {
      for (let at = 0; !source.isAtEnd; at += 1) {
        // The sender sends all again until we know more.
        if (!this.#take(sender, number, source, at < sender.taken)) {
          sender.taken = at
          return
        }
      }
      sender.last = number
      sender.taken = 0
    }
    this.#plan(sender)
  }

  prune(isMember: (id: string) => boolean): void {
    for (const id of this.#senders.keys()) if (!isMember(id)) this.#senders.delete(id)
  }

  reset(): void {
    this.#senders.clear()
  }

  #senderOf(id: string, base: number): Sender | undefined {
    const known = this.#senders.get(id)
    // Whoever goes on where we never began speaks to an earlier life of this member.
    if (known !== undefined || base !== 1) return known
    const sender = { id, last: 0, taken: 0, refusals: new Map(), compared: [], isPlanned: false }
    this.#senders.set(id, sender)
    return sender
  }

  /** Takes an entry, or skips it; false when it has to wait. */
  #take(sender: Sender, number: number, source: ByteSource, isSkipped: boolean): boolean {
    const { registry, table } = this.#options
    const kind = source.u8() as EntryKind
    const partition = registry.partitions[source.u16()]!
    const version = source.f64()
    const check = kind === ENTRIES.check ? readCheck(source) : undefined
    if (check !== undefined && !isSkipped) table.adopt(partition.id, check.row)
    const fate = isSkipped ? 'refused' : this.#judge(sender, number, partition, version)
    if (fate === 'early') return false
    const isTaken = fate === 'taken'
    if (check === undefined) {
      const named = this.#namedBy(source)
      this.#repeat(kind, source, isTaken ? named : undefined, partition)
    } else if (isTaken) {
      const compared = compare(registry, partition, check)
      const isEqual = compared.needs.length === 0
      table.reportCompared(partition.id, isEqual)
      this.#options.keepers.compared(partition, isEqual)
      sender.compared.push(compared)
    }
    return true
  }

  /** Mostly that of the entry before. */
  #namedBy(source: ByteSource): Named | undefined {
    const last = this.#lastNamed
    if (last !== undefined && source.skips(last.idBytes)) return last
    this.#lastNamed = this.#options.registry.find(source.u8(), source.text())
    return this.#lastNamed
  }

  /**
   * Only the primary of the newest row that we know may change what we hold. What comes by a row that
   * we may not take (we have promised to a new master to know none but its own) must wait: once it is
   * acknowledged, others rely on our knowing that row.
   */
  #judge(
    sender: Sender,
    number: number,
    partition: Partition,
    version: number,
  ): 'taken' | 'refused' | 'early' {
    const row = this.#options.table.row(partition.id)
    if (row === undefined || version > row.version) return 'early'
    if (primaryOf(row) === sender.id) return 'taken'
    sender.refusals.set(partition.id, { number, refusal: { partition: partition.id, row } })
    return 'refused'
  }

  /** Reads an entry to its end, and does what it says unless `named` is undefined. */
  #repeat(
    kind: EntryKind,
    source: ByteSource,
    named: Named | undefined,
    partition: Partition,
  ): void {
    const held = named?.held[partition.id]
    switch (kind) {
      case ENTRIES.effects:
        this.#apply(source, named, partition)
        break
      case ENTRIES.copyStart:
        if (named !== undefined) this.#startCopy(named, partition)
        break
      case ENTRIES.copyPiece: {
        const effects = source.bytes()
        const target = held?.build ?? (held?.isFilled === true ? held.fragment : undefined)
        if (held === undefined || target === undefined) break
        this.#applyTo(target, pieceOf(effects))
        held.named.keeper?.copied(held, effects)
        break
      }
      case ENTRIES.copyEnd: {
        const term = source.f64()
        const sequence = source.f64()
        if (held !== undefined) this.#endCopy(held, term, sequence)
        break
      }
      case ENTRIES.drop:
        if (held !== undefined) this.#options.registry.drop(held)
        break
      case ENTRIES.check:
        break
    }
  }

  #applyTo(fragment: Held['fragment'], { memory, start, end }: Piece): void {
    this.#effects.reset(memory, start, end)
    fragment.apply(this.#effects)
  }

  /**
   * A change is repeated on whatever is here: it may be acknowledged to its caller because we took
   * it. Whether what is here is then all that the primary has is another matter.
   */
  #apply(source: ByteSource, named: Named | undefined, partition: Partition): void {
    const term = source.f64()
    const before = source.f64()
    const sequence = source.f64()
    const effects = source.piece()
    if (named === undefined) return
    const { registry } = this.#options
    const known = named.held[partition.id]
    const held = known ?? registry.hold(named, partition)
    if (!isHolder(held)) {
      registry.drop(held)
      return
    }
    if (known === undefined) held.term = term
    const follows = held.term === term && held.sequence === before
    held.isWhole &&= follows
    held.sequence = sequence
    this.#applyTo(held.fragment, effects)
    if (held.build !== undefined) this.#applyTo(held.build, effects)
    named.keeper?.changed(held, bytesOf(effects), undefined)
  }

  #startCopy(named: Named, partition: Partition): void {
    const { registry } = this.#options
    const known = named.held[partition.id]
    if (known === undefined) {
      const held = registry.hold(named, partition)
      held.isFilled = true
      held.isWhole = false
      named.keeper?.copyStarted(held)
      return
    }
    known.isFilled = false
    known.build?.close()
    known.build = registry.create(named, partition)
    named.keeper?.copyStarted(known)
  }

  #endCopy(held: Held, term: number, sequence: number): void {
    if (held.build !== undefined) {
      held.fragment.close()
      held.fragment = held.build
      held.build = undefined
    } else if (!held.isFilled) return
    held.isFilled = false
    held.isWhole = true
    held.term = term
    held.sequence = sequence
    held.named.keeper?.copyEnded(held)
  }

  /** Answers once for all that comes in this turn. */
  #plan(sender: Sender): void {
    if (sender.isPlanned) return
    sender.isPlanned = true
    queueMicrotask(() => {
      sender.isPlanned = false
      if (this.#senders.get(sender.id) === sender) this.#answer(sender)
    })
  }

  /** What was taken is acknowledged once it is on the disk too, where it has to be. */
  #answer(sender: Sender): void {
    const { keepers } = this.#options
    const { last } = sender
    if (!keepers.isBehind) this.#acknowledge(sender, last)
    else {
      keepers.afterSync(() => {
        if (this.#senders.get(sender.id) === sender) this.#acknowledge(sender, last)
      })
    }
  }

  #acknowledge(sender: Sender, last: number): void {
    const { member, messenger } = this.#options
    const to = member.members().find(({ id }) => id === sender.id)
    if (to === undefined) return
    this.#sink.reset()
    writeAcknowledgement(this.#sink, {
      fromId: member.self.id,
      targetId: sender.id,
      number: last,
      refusals: [...sender.refusals.values()].map(({ refusal }) => refusal),
      compared: sender.compared,
    })
    sender.compared = []
    messenger.send(to.address, GRID_KINDS.acknowledge, this.#sink.view())
  }
}

export const createIncoming = (options: IncomingOptions): Incoming => {
  const incoming = new IncomingBackups(options)
  const source = new ByteSource(new Uint8Array(0))
  options.messenger.onMessage(GRID_KINDS.replicate, (_, body) => {
    source.reset(body)
    incoming.receive(source)
  })
  return incoming
}

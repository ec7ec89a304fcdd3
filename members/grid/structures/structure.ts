import type { ByteSink, ByteSource } from '../bytes/index.ts'
import type { Host } from '../../../runtime/host/index.ts'
import type { MergePolicy } from '../settings.ts'

/**
 * A kind of data structure. Its state is cut into fragments, one for each partition and name; a
 * structure that lives in one partition has one fragment, in the partition of its name.
 */
export interface Structure {
  /** Told on the wire (u8); the numbers are Hazelcast's where it has the structure. */
  readonly serviceId: number
  /** As users know it, such as `map`. */
  readonly name: string
  createFragment(context: FragmentContext): Fragment
  /** Whether an operation changes nothing: it is served also while changes cannot be kept on disk. */
  onlyReads?(operation: number): boolean
  /** Whether a listener with this filter (as it subscribed) wants this event. */
  matches(filter: Uint8Array, event: Uint8Array): boolean
}

/** What a fragment is made of. */
export interface FragmentContext {
  readonly host: Host
  readonly name: string
  readonly partition: number
  /**
   * Runs again the calls that wait for `key`, the oldest first, no more than `countMax` where each
   * uses up something of which there is so much; on backups nothing waits.
   */
  readonly wake: (key: string, countMax?: number) => void
}

/**
 * The state of a structure in one partition: on the primary changed by calls, on backups by the
 * effects of those calls. A fragment never waits, never fails halfway, and touches no other one.
 */
export interface Fragment {
  /** How many backups acknowledge a change before its caller is answered: 0 to 6. */
  readonly backupCount: number
  /** How many more backups get it without being waited for. */
  readonly asyncBackupCount: number
  /**
   * Runs a call on the primary: reads `call.arguments`, changes the state, writes what backups must
   * repeat to `call.effects` and the answer to `call.result`. Throws EngineError where it refuses,
   * before it has changed anything. Throws WireFault for arguments that no proxy writes.
   */
  execute(call: FragmentCall): void
  /**
   * Answers a call from a backup, of which the primary then knows nothing: what is here may be older
   * than what the primary has, or not acknowledged yet. False where the primary has to be asked.
   */
  readonly readBackup?: ((call: FragmentCall) => boolean) | undefined
  /**
   * Repeats effects, as `execute`, `copy` or `tick` wrote them, up to the end of the source. An effect
   * carries the state it leads to, not the way there: twice does what once does, and it holds also
   * on another earlier state.
   */
  apply(effects: ByteSource): void
  /**
   * Writes effects that build this state in an empty fragment, about `bytesMax` bytes at a time.
   * Starts with the cursor 0 and returns the next one, undefined at the end. What is there during
   * the whole copy is written at least once, whatever changes in between.
   */
  copy(cursor: number, effects: ByteSink, bytesMax: number): number | undefined
  /** A number that differs when the state differs; the same state has the same on any member. */
  digest(): number
  /** There is nothing that a backup or a new primary would miss. */
  isEmpty(): boolean
  /** Work by the clock on the primary, such as expiry: about 1 ms of it, effects as in `execute`. */
  tick?(turn: FragmentTurn): void
  /** A client or member is gone for good: its locks and the like are released; on the primary. */
  callerGone?(caller: string, turn: FragmentTurn): void
  /** Who holds something here that `callerGone` releases; a caller may come more than once. */
  callers?(): Iterable<string>
  /** Entries and bytes held, for statistics and limits. */
  sizes(): { readonly entries: number; readonly bytes: number }
  /** How it becomes one with that of another cluster; without it, it is forgotten at a merge. */
  readonly merging?: Merging | undefined
  /** Forgets all, as an operation on the primary does. */
  destroy?(call: FragmentCall): void
  /** Releases memory and timers. */
  close(): void
}

/** The operation of all structures whose fragments have `destroy`. */
export const DESTROY_OPERATION = 254

/**
 * When a split is mended the members of one side join the other one anew. What they were the
 * primaries of is set aside, and then sent to the fragments of the same name on the other side.
 */
export interface Merging {
  /** How the structure is configured: `discard` is not even sent. */
  readonly policy: MergePolicy
  /** The first batch decides for all: they come in their order, and none twice. */
  readonly isWhole: boolean
  /**
   * Writes a batch for `merge`, of about `bytesMax` bytes or fewer. Starts with the cursor 0 and
   * returns the next one, undefined at the end; nothing changes in between.
   */
  write(cursor: number, batch: ByteSink, bytesMax: number): number | undefined
  /**
   * Takes in a batch from `call.arguments`, on the primary, as an operation does. Returns how much
   * of it was taken; with `isWhole`, 0 for the first batch ends the merge of this fragment.
   */
  merge(call: FragmentCall, policy: MergePolicy, isFirst: boolean): number
}

/** A chance to change a fragment on its primary. */
export interface FragmentTurn {
  /** Wall clock of this member, in milliseconds since 1970. */
  readonly nowMs: number
  readonly effects: ByteSink
  /** Whether anybody listens to this structure: events for nobody need not be made. */
  readonly hasListeners: boolean
  /**
   * The caller, where there is one, is answered once this has ended, too; where it fails with an
   * EngineError the caller gets that, though the effects stay.
   */
  answerAfter?(work: Promise<void>): void
  /** Tells listeners, once the effects are acknowledged. */
  publish(event: Uint8Array): void
}

/** A call as it reaches a fragment. The object is used again for the next call: keep nothing of it. */
export interface FragmentCall extends FragmentTurn {
  /** Which operation of the structure (u8). */
  readonly operation: number
  /** A view of the bytes that came: copy what is kept. */
  readonly arguments: ByteSource
  readonly result: ByteSink
  /** The id of the member or client that calls. */
  readonly caller: string
  /**
   * How the call came here: 1 the first time, 2 because it was woken, 3 because its time is up (it
   * must be answered now).
   */
  readonly turn: 1 | 2 | 3
  /**
   * Leaves the call unanswered and the state as it was; it runs again when `key` is woken or after
   * `timeoutMs` (Infinity: never for that). Also when it ran before: the timeout counts from the
   * first time. A waiting call is lost with its primary; the caller then gets a retryable error.
   */
  park(key: string, timeoutMs: number): void
}

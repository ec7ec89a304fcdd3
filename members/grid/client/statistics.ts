import { EngineError } from '../../../runtime/errors/index.ts'
import type { Messenger } from '../../wire/index.ts'
import { ByteSink, ByteSource } from '../bytes/index.ts'
import { type ClusterMember, QUESTIONS, WELCOME_KIND } from './news.ts'

/** How much of a structure a member holds. */
export interface StructureStatistics {
  /** `map`, `queue`, … */
  readonly kind: string
  readonly name: string
  readonly ownedEntries: number
  readonly ownedBytes: number
  readonly backupEntries: number
  readonly backupBytes: number
}

/** What one member holds. */
export interface MemberStatistics {
  readonly member: ClusterMember
  readonly structures: readonly StructureStatistics[]
}

export const encodeStatistics = (structures: readonly StructureStatistics[]): Uint8Array => {
  const sink = new ByteSink(1024)
  for (const { kind, name, ...sizes } of structures) {
    sink.text(kind)
    sink.text(name)
    sink.f64(sizes.ownedEntries)
    sink.f64(sizes.ownedBytes)
    sink.f64(sizes.backupEntries)
    sink.f64(sizes.backupBytes)
  }
  return sink.view()
}

/** Throws WireFault at what no member writes. */
export const decodeStatistics = (bytes: Uint8Array): StructureStatistics[] => {
  const source = new ByteSource(bytes)
  const structures: StructureStatistics[] = []
  while (!source.isAtEnd) {
    structures.push({
      kind: source.text(),
      name: source.text(),
      ownedEntries: source.f64(),
      ownedBytes: source.f64(),
      backupEntries: source.f64(),
      backupBytes: source.f64(),
    })
  }
  return structures
}

const QUESTION = new Uint8Array([QUESTIONS.statistics])

/** Asks every member what it holds; those that do not answer in time are left out. */
export const askStatistics = async (
  messenger: Pick<Messenger, 'request'>,
  members: readonly ClusterMember[],
  timeoutMs: number,
): Promise<MemberStatistics[]> => {
  const answers = await Promise.all(
    members.map(async (member) => {
      try {
        const { address } = member
        const answer = await messenger.request(address, WELCOME_KIND, QUESTION, { timeoutMs })
        return { member, structures: decodeStatistics(answer) }
      } catch (thrown) {
        if (thrown instanceof EngineError) return undefined
        throw thrown
      }
    }),
  )
  return answers.filter((answer) => answer !== undefined)
}

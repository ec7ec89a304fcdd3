import { ByteSink, ByteSource } from '../../members/grid/bytes/index.ts'
import type { Fragment, Structure } from '../../members/grid/structures/structure.ts'
import type { Host } from '../../runtime/host/index.ts'

/** Small, so that copies of a few entries take several steps. */
const COPY_BYTES_MAX = 64

/** A fragment on its primary and on one backup. */
export interface Replica {
  readonly structure: Structure
  readonly name: string
  readonly partition: number
  readonly label: string
  readonly primary: Fragment
  readonly backup: Fragment
  /** Another fragment like these, empty. */
  create(): Fragment
  /** How many effects it has seen. */
  changes: number
  /** Throws where `other` is not the same as the primary. */
  compare(other: Fragment, complaint: string): void
  /** The backup serves from now on; a new one is copied from it. */
  failOver(): void
  /** The two change places. */
  handOver(): void
  close(): void
}

/** Another fragment, built from a copy of the primary. */
export const copyFragment = ({ create, primary, label }: Replica): Fragment => {
  const copy = create()
  const effects = new ByteSink()
  let steps = 0
  let cursor: number | undefined = 0
  while (cursor !== undefined) {
    effects.reset()
    cursor = primary.copy(cursor, effects, COPY_BYTES_MAX)
    copy.apply(new ByteSource(effects.copy()))
    steps += 1
    if (steps > 1e6) throw new Error(`${label}: the copy does not end`)
  }
  return copy
}

const createReplica = (
  at: Pick<Replica, 'structure' | 'name' | 'partition'>,
  host: Host,
  wake: (replica: Replica, key: string) => void,
): Replica => {
  const { structure, name, partition } = at
  const label = `${structure.name} ${name}, partition ${partition}`
  const create = (): Fragment =>
    structure.createFragment({ host, name, partition, wake: (key) => wake(replica, key) })
  let primary = create()
  let backup = create()
  const replica: Replica = {
    ...at,
    label,
    get primary() {
      return primary
    },
    get backup() {
      return backup
    },
    create,
    changes: 0,
    compare(other, complaint) {
      if (other.digest() !== primary.digest()) throw new Error(`${label}: ${complaint}`)
      if (other.isEmpty() !== primary.isEmpty()) {
        throw new Error(`${label}: ${complaint}: one is empty, the other is not`)
      }
    },
    failOver() {
      primary.close()
      primary = backup
      backup = copyFragment(replica)
      replica.compare(backup, 'The new backup differs')
    },
    handOver() {
      const before = primary
      primary = backup
      backup = before
    },
    close() {
      primary.close()
      backup.close()
    },
  }
  return replica
}

/** The fragments that calls have reached. */
export const createReplicas = (
  structures: readonly Structure[],
  host: Host,
  wake: (replica: Replica, key: string) => void,
) => {
  const byKey = new Map<string, Replica>()
  return {
    of(at: { serviceId: number; name: string; partition: number }): Replica {
      const key = `${at.serviceId}/${at.partition}/${at.name}`
      const known = byKey.get(key)
      if (known !== undefined) return known
      const structure = structures.find(({ serviceId }) => serviceId === at.serviceId)
      if (structure === undefined) throw new Error(`There is no structure ${at.serviceId}`)
      const replica = createReplica(
        { structure, name: at.name, partition: at.partition },
        host,
        wake,
      )
      byKey.set(key, replica)
      return replica
    },
    all: (): readonly Replica[] => [...byKey.values()],
  }
}

import { WireFault } from '../../wire/index.ts'
import type { BackupSettings } from '../settings.ts'
import { hashOf, plusHash } from './digests.ts'
import { replacesWhole } from './mergePolicies.ts'
import type { Fragment } from './structure.ts'

/** The operations of a counter; all answer with the value before. */
export const COUNTER_OPERATIONS = { GET: 1, SET: 2, ADD: 3, COMPARE_AND_SET: 4 } as const

const OPERATIONS = COUNTER_OPERATIONS
const LOW_BITS = 32n

/**
 * A 64-bit number that starts at 0. Of two sides of a split that stays which was changed, or which
 * is higher.
 */
export const createCounter = (
  { backupCount, asyncBackupCount }: BackupSettings,
  mergesBy: 'presence' | 'size' = 'presence',
): Fragment => {
  let value = 0n
  return {
    backupCount,
    asyncBackupCount,
    execute({ operation, arguments: source, effects, result }) {
      let next = value
      if (operation === OPERATIONS.SET) next = source.i64()
      else if (operation === OPERATIONS.ADD) next = BigInt.asIntN(64, value + source.i64())
      else if (operation === OPERATIONS.COMPARE_AND_SET) {
        if (source.i64() === value) next = source.i64()
      } else if (operation !== OPERATIONS.GET) {
        throw new WireFault(`A counter has no operation ${operation}`)
      }
      result.i64(value)
      if (next === value) return
      value = next
      effects.i64(value)
    },
    apply(effects) {
      while (!effects.isAtEnd) value = effects.i64()
    },
    copy(_cursor, effects) {
      effects.i64(value)
      return undefined
    },
    digest() {
      const low = Number(BigInt.asUintN(32, value))
      // A fraction tells the two halves apart.
      return plusHash(hashOf(low), hashOf(Number(value >> LOW_BITS) + 0.5))
    },
    isEmpty: () => value === 0n,
    destroy({ effects }) {
      value = 0n
      effects.i64(value)
    },
    // It has no setting for it: as Hazelcast's default, a number that was never changed gives way.
    merging: {
      policy: 'put-if-absent',
      isWhole: true,
      write(_cursor, batch) {
        batch.i64(value)
        return undefined
      },
      merge(call, policy) {
        const merging = call.arguments.i64()
        const isTaken = mergesBy === 'size' ? merging > value : replacesWhole(policy, value !== 0n)
        if (!isTaken) return 0
        value = merging
        call.effects.i64(value)
        return 1
      },
    },
    sizes: () => ({ entries: 1, bytes: 8 }),
    close: () => {},
  }
}

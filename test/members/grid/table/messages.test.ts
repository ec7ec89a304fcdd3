import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  decodeFetch,
  decodePublication,
  decodeReports,
  decodeRows,
  decodeTold,
  digestOf,
  encodeFetch,
  encodePublication,
  encodeReports,
  encodeRows,
  encodeTold,
} from '../../../../members/grid/table/messages.ts'
import { WireFault } from '../../../../members/wire/index.ts'

const PARTITIONS = 300
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'ü-8')
const ids = fc.uniqueArray(id, { minLength: 1, maxLength: 7 })
const version = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const partition = fc.nat({ max: PARTITIONS - 1 })
const row = fc.record({
  version,
  replicas: ids,
  next: fc.option(ids, { nil: undefined }),
  lostVersions: fc.option(fc.array(version, { minLength: 1, maxLength: 7 }), { nil: undefined }),
})
const count = fc.nat({ max: 100_000 })
const publication = fc.record({
  masterId: id,
  status: fc.record({
    epoch: count,
    viewVersion: count,
    migrations: count,
    unsynced: count,
    digest: count,
  }),
  rows: fc.array(fc.record({ partition, row, isHandover: fc.boolean() }), {
    maxLength: 20,
  }),
})
const versions = fc.array(fc.tuple(partition, version), { maxLength: 20 })
const reports = fc.record({ memberId: id, inSync: versions, frozen: versions, replicas: fc.nat(7) })

describe('messages of the table', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(publication, (sent) => {
        expect(decodePublication(encodePublication(sent), PARTITIONS)).toEqual(sent)
      }),
    )
    fc.assert(
      fc.property(reports, (sent) => {
        expect(decodeReports(encodeReports(sent))).toEqual(sent)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.option(row, { nil: undefined }), { maxLength: 20 }), (rows) => {
        const known = rows.flatMap((one, at) => (one === undefined ? [] : [[at, one] as const]))
        expect(decodeRows(encodeRows(rows), PARTITIONS)).toEqual(known)
      }),
    )
    expect(decodeFetch(encodeFetch({ masterId: 'a', epoch: 7 }))).toEqual({
      masterId: 'a',
      epoch: 7,
    })
  })

  test('of what a member holds come back as they were', () => {
    const copy = fc.record({
      partition,
      version,
      place: fc.nat(6),
      isComplete: fc.boolean(),
      sequence: version,
    })
    const told = fc.record({
      whole: fc.uniqueArray(partition, { maxLength: 20 }),
      copies: fc.array(copy, { maxLength: 5 }),
      expected: fc.array(id, { maxLength: 3 }),
    })
    fc.assert(
      fc.property(told, (sent) => {
        expect(decodeTold(encodeTold([], sent), PARTITIONS)).toEqual({ rows: [], ...sent })
      }),
    )
  })

  test('are small: 271 rows with a backup take five kilobytes', () => {
    const replicas = [
      '0f8fad5b-d9cb-469f-a165-70867728950e',
      '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    ]
    const rows = Array.from({ length: 271 }, () => ({
      version: 2 ** 25,
      replicas,
      next: undefined,
    }))
    expect(encodeRows(rows).length).toBeLessThan(5200)
  })

  test('that are cut short or name strangers are faults of who sent them', () => {
    const good = encodeRows([{ version: 1, replicas: ['a', 'b'], next: undefined }])
    for (let length = 0; length < good.length; length += 1) {
      expect(() => decodeRows(good.subarray(0, length), PARTITIONS)).toThrow(WireFault)
    }
    expect(() => decodeRows(new Uint8Array([...good, 0]), PARTITIONS)).toThrow(WireFault)
    const stranger = good.slice()
    stranger[stranger.length - 1] = 9
    expect(() => decodeRows(stranger, PARTITIONS)).toThrow('not listed')
    const far = encodeRows([undefined, { version: 1, replicas: ['a'], next: undefined }])
    expect(() => decodeRows(far, 1)).toThrow('no partition 1')
  })

  test('of noise never do anything else than fail', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        for (const decode of [decodePublication, decodeRows]) {
          try {
            decode(noise, PARTITIONS)
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(WireFault)
          }
        }
      }),
    )
  })

  test('tell tables apart by a digest', () => {
    const one = { version: 2 ** 24, replicas: ['a'], next: undefined }
    const newer = { ...one, version: 2 ** 24 + 1 }
    expect(digestOf([one, newer])).not.toBe(digestOf([newer, one]))
    expect(digestOf([one, one])).not.toBe(digestOf([one, newer]))
    expect(digestOf([one, undefined])).not.toBe(digestOf([undefined, one]))
  })
})

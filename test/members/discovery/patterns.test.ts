import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { expandMembers, matchesPattern, splitHostPort } from '../../../members/discovery/index.ts'

const printed = (lines: readonly string[], ports: readonly number[]): string[] =>
  expandMembers(lines, ports).map(({ host, port }) => `${host}:${port}`)

describe('a member list', () => {
  test('names hosts with and without ports, several in a line', () => {
    expect(printed(['a:1, b:2;c:3', 'd'], [5801, 5802])).toEqual([
      'a:1',
      'b:2',
      'c:3',
      'd:5801',
      'd:5802',
    ])
  })
  test('stands for ranges and wildcards in any part', () => {
    expect(printed(['10.0.0.1-3:7'], [1])).toEqual(['10.0.0.1:7', '10.0.0.2:7', '10.0.0.3:7'])
    expect(printed(['10.0-1.0.9'], [1])).toEqual(['10.0.0.9:1', '10.1.0.9:1'])
    expect(printed(['192.168.1.*'], [5])).toHaveLength(256)
  })
  test('has an address once', () => {
    expect(printed(['10.0.0.1', '10.0.0.1-2:5'], [5])).toEqual(['10.0.0.1:5', '10.0.0.2:5'])
  })
  test('knows IPv6 and host names with dashes', () => {
    expect(splitHostPort('[::1]:5801')).toEqual({ host: '::1', port: 5801 })
    expect(splitHostPort('fe80::1')).toEqual({ host: 'fe80::1', port: undefined })
    expect(printed(['master-node-1:5801'], [1])).toEqual(['master-node-1:5801'])
  })
  test.each(['10.0.0.300', '10.0.0.7-1', 'a:70000', 'a:b:z', '*.*.0.1', '10.0.0.1:0'])(
    'refuses %s',
    (line) => {
      expect(() => expandMembers([line], [1])).toThrow('is no address of members')
    },
  )
})

describe('a trusted interface', () => {
  test('is an address, a range or a wildcard', () => {
    expect(matchesPattern('192.168.1.102', '192.168.1.102')).toBe(true)
    expect(matchesPattern('192.168.1.102', '192.168.1.*')).toBe(true)
    expect(matchesPattern('192.168.1.105', '192.168.1.100-110')).toBe(true)
    expect(matchesPattern('192.168.1.111', '192.168.1.100-110')).toBe(false)
    expect(matchesPattern('192.168.2.102', '192.168.1.*')).toBe(false)
    expect(matchesPattern('10.9.8.7', '*')).toBe(true)
  })
  test('matches exactly the addresses that it expands to', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    const range = fc
      .tuple(octet, octet)
      .map(([one, other]) => `${Math.min(one, other)}-${Math.max(one, other)}`)
    const part = fc.oneof(octet.map(String), range)
    fc.assert(
      fc.property(octet, octet, part, octet, (a, b, last, probe) => {
        const pattern = `10.${a}.${b}.${last}`
        const expanded = expandMembers([pattern], [1]).map(({ host }) => host)
        const address = `10.${a}.${b}.${probe}`
        expect(matchesPattern(address, pattern)).toBe(expanded.includes(address))
      }),
    )
  })
})

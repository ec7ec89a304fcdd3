import { EngineError } from '../../runtime/errors/index.ts'
import type { Address } from '../../runtime/host/index.ts'

/** More addresses than one pattern may stand for. */
const EXPANDED_MAX = 1024
const OCTET_MAX = 255

const badPattern = (pattern: string): EngineError =>
  new EngineError(
    'CFG-005',
    `"${pattern}" is no address of members: write host, host:port, 10.0.0.1-7 or 10.0.0.*`,
  )

/** The numbers that a part of an IPv4 pattern stands for; undefined when it is no such part. */
const octets = (part: string): readonly [number, number] | undefined => {
  if (part === '*') return [0, OCTET_MAX]
  const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part)
  if (match === null) return undefined
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return from <= to && to <= OCTET_MAX ? [from, to] : undefined
}

/** The four ranges of an IPv4 address with wildcards and ranges; undefined when it is a name. */
const rangesOf = (host: string): (readonly [number, number])[] | undefined => {
  const parts = host.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^[\d*-]+$/.test(part))) return undefined
  const ranges = parts.map(octets)
  if (ranges.some((range) => range === undefined)) throw badPattern(host)
  return ranges as (readonly [number, number])[]
}

/** Whether an IPv4 address is one that the pattern stands for; names match themselves. */
export const matchesPattern = (address: string, pattern: string): boolean => {
  if (pattern === '*' || pattern === '*.*.*.*') return true
  const ranges = rangesOf(pattern.trim())
  if (ranges === undefined) return address === pattern.trim()
  const parts = address.split('.').map(Number)
  return (
    parts.length === 4 && ranges.every(([from, to], at) => parts[at]! >= from && parts[at]! <= to)
  )
}

const expandHost = (host: string): string[] => {
  const ranges = rangesOf(host)
  if (ranges === undefined) return [host]
  const count = ranges.reduce((product, [from, to]) => product * (to - from + 1), 1)
  if (count > EXPANDED_MAX) throw badPattern(host)
  return ranges.reduce<string[]>(
    (prefixes, [from, to]) =>
      prefixes.flatMap((prefix) =>
        Array.from({ length: to - from + 1 }, (_, at) =>
          prefix === '' ? `${from + at}` : `${prefix}.${from + at}`,
        ),
      ),
    [''],
  )
}

/** Splits `host:port`, `[v6]:port`, a bare host or a bare IPv6 address. */
export const splitHostPort = (text: string): { host: string; port: number | undefined } => {
  const match =
    /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? /^([^:\s]+)(?::(\d{1,5}))?$/.exec(text)
  if (match === null) {
    if (/^[\da-fA-F:]+$/.test(text) && text.includes(':')) return { host: text, port: undefined }
    throw badPattern(text)
  }
  const port = match[2] === undefined ? undefined : Number(match[2])
  if (port !== undefined && (port < 1 || port > 65_535)) throw badPattern(text)
  return { host: match[1]!, port }
}

/**
 * The addresses that the lines of a member list stand for. A line may hold several, separated by
 * commas, semicolons or spaces. Without a port the `ports` are tried.
 */
export const expandMembers = (lines: readonly string[], ports: readonly number[]): Address[] => {
  const found = new Map<string, Address>()
  const patterns = lines.flatMap((line) => line.split(/[,;\s]+/)).filter((text) => text !== '')
  for (const pattern of patterns) {
    const { host, port } = splitHostPort(pattern)
    for (const expanded of expandHost(host)) {
      for (const number of port === undefined ? ports : [port]) {
        found.set(`${expanded}:${number}`, { host: expanded, port: number })
      }
    }
  }
  return [...found.values()]
}

import { type ByteSink, ByteSource } from '../../../members/grid/bytes/index.ts'
import type {
  Fragment,
  FragmentCall,
  Structure,
} from '../../../members/grid/structures/structure.ts'

/** The smallest structure that shows what the grid promises: texts by texts. */
export const KEY_VALUE = 200

export const OPERATIONS = { get: 1, put: 2, compareAndSet: 3, remove: 4, take: 5 } as const

const encoder = new TextEncoder()

const hashOf = (text: string): number => Bun.hash.murmur32v3(encoder.encode(text))

const writeOptional = (sink: ByteSink, value: string | undefined): void => {
  sink.flag(value !== undefined)
  if (value !== undefined) sink.text(value)
}

export const readOptional = (source: ByteSource): string | undefined =>
  source.flag() ? source.text() : undefined

const execute = (entries: Map<string, string>, call: FragmentCall, wake: (key: string) => void) => {
  const key = call.arguments.text()
  const present = entries.get(key)
  const set = (value: string | undefined): void => {
    if (value === undefined) entries.delete(key)
    else entries.set(key, value)
    call.effects.text(key)
    // Half an effect is a fault for whoever reads it, and nobody does.
    if (!call.isAlone) writeOptional(call.effects, value)
    if (call.hasListeners) call.publish(encoder.encode(`${key}=${value}`))
    if (value !== undefined) wake(key)
  }
  switch (call.operation) {
    case OPERATIONS.get:
      writeOptional(call.result, present)
      break
    case OPERATIONS.put:
      writeOptional(call.result, present)
      set(call.arguments.text())
      break
    case OPERATIONS.compareAndSet: {
      const expected = readOptional(call.arguments)
      const value = call.arguments.text()
      call.result.flag(present === expected)
      if (present === expected) set(value)
      break
    }
    case OPERATIONS.remove:
      writeOptional(call.result, present)
      if (present !== undefined) set(undefined)
      break
    case OPERATIONS.take: {
      const timeoutMs = call.arguments.f64()
      if (present === undefined && call.turn !== 3) {
        call.park(key, timeoutMs)
        return
      }
      writeOptional(call.result, present)
      if (present !== undefined) set(undefined)
    }
  }
}

export const createKeyValue = (backupCount: number, asyncBackupCount = 0): Structure => ({
  serviceId: KEY_VALUE,
  name: 'key-value',
  createFragment: ({ wake }): Fragment => {
    const entries = new Map<string, string>()
    return {
      backupCount,
      asyncBackupCount,
      execute: (call) => execute(entries, call, wake),
      apply: (effects) => {
        while (!effects.isAtEnd) {
          const key = effects.text()
          const value = readOptional(effects)
          if (value === undefined) entries.delete(key)
          else entries.set(key, value)
        }
      },
      copy: (cursor, effects, bytesMax) => {
        // The order of insertion stays; what is deleted moves the rest forward, so go by the key.
        const keys = [...entries.keys()].sort()
        let at = cursor
        for (; at < keys.length && effects.length < bytesMax; at += 1) {
          effects.text(keys[at]!)
          writeOptional(effects, entries.get(keys[at]!))
        }
        return at < keys.length ? at : undefined
      },
      digest: () => {
        let digest = 0
        for (const [key, value] of entries) digest ^= hashOf(`${key}=${value}`)
        return digest
      },
      isEmpty: () => entries.size === 0,
      sizes: () => ({ entries: entries.size, bytes: 0 }),
      close: () => entries.clear(),
    }
  },
  matches: (filter, event) =>
    new TextDecoder().decode(event).startsWith(new TextDecoder().decode(filter)),
})

import type { Timeline } from './timeline.ts'

/** How the way from one machine to another behaves. */
export interface LinkConditions {
  /** The time on the way, drawn anew for each message between the two. */
  readonly delayMinMs: number
  readonly delayMaxMs: number
  /** Share of datagrams that vanish, and of stream segments that must be sent again. */
  readonly lossRate: number
  /** Share of datagrams that arrive twice. */
  readonly duplicateRate: number
  /** Share of datagrams that take up to `reorderMs` longer, so that later ones overtake them. */
  readonly reorderRate: number
  readonly reorderMs: number
  /** Share of stream segments that break the connection instead. */
  readonly resetRate: number
}

/** A quiet local network. */
export const LOCAL_NETWORK: LinkConditions = {
  delayMinMs: 0.1,
  delayMaxMs: 1,
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  reorderMs: 20,
  resetRate: 0,
}

/** From a machine to itself. */
const LOOPBACK: LinkConditions = { ...LOCAL_NETWORK, delayMinMs: 0.01, delayMaxMs: 0.03 }

/** Ends one block; what was held up goes on its way. */
export type Heal = () => void

export interface Links {
  conditions(from: number, to: number): LinkConditions
  setDefaults(change: Partial<LinkConditions>): void
  /** One way. */
  set(from: number, to: number, change: Partial<LinkConditions>): void
  drawDelay(from: number, to: number): number
  isBlocked(from: number, to: number): boolean
  /** Blocks one way; blocks add up, each is healed on its own. */
  block(from: number, to: number): Heal
  healAll(): void
  /** Calls back when the way is free again. */
  whenFree(from: number, to: number, callback: () => void): void
}

/** More machines than a world will have. */
const LIMIT = 1024
const keyOf = (from: number, to: number): number => from * LIMIT + to

export const createLinks = (timeline: Timeline): Links => {
  let defaults = LOCAL_NETWORK
  const changed = new Map<number, Partial<LinkConditions>>()
  const blocks = new Map<number, Set<object>>()
  const waiting = new Map<number, (() => void)[]>()

  const conditions: Links['conditions'] = (from, to) => {
    if (changed.size > 0) {
      const change = changed.get(keyOf(from, to))
      if (change !== undefined) return { ...defaults, ...change }
    }
    return from === to ? LOOPBACK : defaults
  }
  const free = (key: number): void => {
    const callbacks = waiting.get(key) ?? []
    waiting.delete(key)
    for (const callback of callbacks) callback()
  }
  return {
    conditions,
    setDefaults: (change) => {
      defaults = { ...defaults, ...change }
    },
    set: (from, to, change) => {
      const key = keyOf(from, to)
      changed.set(key, { ...changed.get(key), ...change })
    },
    drawDelay: (from, to) => {
      const { delayMinMs, delayMaxMs } = conditions(from, to)
      return timeline.random.between(delayMinMs, delayMaxMs)
    },
    isBlocked: (from, to) => blocks.size > 0 && blocks.has(keyOf(from, to)),
    block: (from, to) => {
      const key = keyOf(from, to)
      const token = {}
      const tokens = blocks.get(key) ?? new Set()
      blocks.set(key, tokens.add(token))
      return () => {
        if (!tokens.delete(token) || tokens.size > 0) return
        blocks.delete(key)
        free(key)
      }
    },
    healAll: () => {
      const keys = [...blocks.keys()]
      for (const tokens of blocks.values()) tokens.clear()
      blocks.clear()
      for (const key of keys) free(key)
    },
    whenFree: (from, to, callback) => {
      const key = keyOf(from, to)
      waiting.set(key, [...(waiting.get(key) ?? []), callback])
    },
  }
}

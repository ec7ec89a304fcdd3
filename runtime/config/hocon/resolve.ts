import { EngineError, type Diagnostics, type Place } from '../../errors/index.ts'
import type { ConfigArray, ConfigEntry, ConfigNode, ConfigObject, ConfigScalar } from '../nodes.ts'
import { join, mergeObjects, scalar } from './join.ts'
import { addFields, emptyObject, type MergedObject, type MergeOptions, type Slot } from './merge.ts'
import type { HoconPiece, HoconSubstitution, HoconValue } from './syntax.ts'

export interface ResolveOptions extends MergeOptions {
  readonly diagnostics: Diagnostics
  /** The value of a name that the text itself does not set: job variables, environment. */
  readonly outside: (name: string, at: Place) => ConfigNode | undefined
  /** What becomes of `${a}` that nothing sets: an error, or it stays as text. */
  readonly unresolved: 'error' | 'text'
  /** Keeps `a = x` beside an earlier `a.b = y`; see ConfigObject.shadowed. */
  readonly keepDotted: boolean
}

/** Bounds texts whose substitutions multiply; a job file of 10,000 lines needs about 50,000. */
const STEPS_MAX = 2_000_000
const DEPTH_MAX = 600

interface Resolver {
  readonly root: MergedObject
  readonly options: ResolveOptions
  steps: number
  depth: number
  /** Set when an object was resolved that holds a value which is being resolved: a circle. */
  cyclic: boolean
  /** Set when a lookup came to the value that it stands in, which has none before it. */
  metItself: boolean
  readonly reported: Set<HoconSubstitution>
}

/** Replaces all substitutions under `root`. Throws an EngineError when a bound is exceeded. */
export const resolve = (root: MergedObject, options: ResolveOptions): ConfigObject =>
  resolveObject(
    { root, options, steps: 0, depth: 0, cyclic: false, metItself: false, reported: new Set() },
    root,
  )

const resolveObject = (resolver: Resolver, merged: MergedObject): ConfigObject => {
  countStep(resolver, merged.at)
  resolver.depth += 1
  try {
    return resolveEntries(resolver, merged)
  } finally {
    resolver.depth -= 1
  }
}

const resolveEntries = (resolver: Resolver, merged: MergedObject): ConfigObject => {
  const entries = new Map<string, ConfigEntry>()
  const repeated: (readonly [string, ConfigEntry])[] = []
  for (const [key, slot] of merged.repeated ?? merged.slots) {
    const value = resolveSlot(resolver, slot)
    if (value === undefined) continue
    const entry = { keyAt: slot.keyAt, value }
    entries.set(key, entry)
    repeated.push([key, entry])
  }
  const { at } = merged
  return merged.repeated === undefined
    ? { kind: 'object', at, entries }
    : { kind: 'object', at, entries, repeated }
}

/** The layers that may be seen: those below the one that is being resolved. */
const visibleLayers = (slot: Slot): number => slot.resolving.at(-1) ?? slot.layers.length

/** Merges the values of the layers from the last one down to the first that is not an object. */
const resolveSlot = (resolver: Resolver, slot: Slot): ConfigNode | undefined => {
  const objects: ConfigObject[] = []
  let dotted = true
  const limit = visibleLayers(slot)
  if (limit === 0) resolver.cyclic = true
  for (let index = limit - 1; index >= 0; index -= 1) {
    const value = resolveLayer(resolver, slot, index)
    if (value === undefined) continue
    if (value.kind !== 'object') {
      if (objects.length === 0) return besideDotted(resolver, slot, index, value)
      const merged = objects.reduce(mergeObjects)
      return dotted ? { ...merged, shadowed: value } : merged
    }
    const layer = slot.layers[index]!
    dotted &&= layer.kind === 'object' && layer.dotted
    objects.unshift(value)
  }
  return objects.length === 0 ? undefined : objects.reduce(mergeObjects)
}

/** Keeps an `a.b = y` that stands before `a = x` where a reader wants both. */
const besideDotted = (
  resolver: Resolver,
  slot: Slot,
  index: number,
  value: ConfigArray | ConfigScalar,
): ConfigNode => {
  const below = slot.layers[index - 1]
  return resolver.options.keepDotted && below?.kind === 'object' && below.dotted
    ? { ...resolveObject(resolver, below.object), shadowed: value }
    : value
}

const resolveLayer = (resolver: Resolver, slot: Slot, index: number): ConfigNode | undefined => {
  const layer = slot.layers[index]!
  if (layer.kind === 'object') return resolveObject(resolver, layer.object)
  slot.resolving.push(index)
  try {
    return resolveValue(resolver, layer.value, layer.scope, slot)
  } finally {
    slot.resolving.pop()
  }
}

const countStep = (resolver: Resolver, at: Place): void => {
  resolver.steps += 1
  if (resolver.steps > STEPS_MAX || resolver.depth > DEPTH_MAX) {
    throw new EngineError('CFG-001', 'The substitutions multiply without end; use fewer.', { at })
  }
}

const resolveValue = (
  resolver: Resolver,
  value: HoconValue,
  scope: readonly string[],
  slot?: Slot,
): ConfigNode | undefined => {
  countStep(resolver, value.at)
  resolver.depth += 1
  try {
    const parts = value.pieces.map((piece) => resolvePiece(resolver, piece, scope, slot))
    return join(value, parts, resolver.options.diagnostics)
  } finally {
    resolver.depth -= 1
  }
}

const resolvePiece = (
  resolver: Resolver,
  piece: HoconPiece,
  scope: readonly string[],
  slot: Slot | undefined,
): ConfigNode | undefined => {
  switch (piece.kind) {
    case 'text':
      return scalar(piece.text, piece.quoted, piece.at)
    case 'space':
      return undefined
    case 'array':
      return resolveArray(resolver, piece, scope)
    case 'object': {
      const object = emptyObject(piece.at, undefined, resolver.options)
      addFields(object, piece, scope, resolver.options)
      return resolveObject(resolver, object)
    }
    case 'previous':
      return slot === undefined ? undefined : resolveSlot(resolver, slot)
    case 'substitution':
      return resolveSubstitution(resolver, piece, scope)
    default:
      return piece satisfies never
  }
}

const resolveArray = (
  resolver: Resolver,
  piece: HoconPiece & { readonly kind: 'array' },
  scope: readonly string[],
): ConfigArray => ({
  kind: 'array',
  at: piece.at,
  items: piece.items
    .map((item) => resolveValue(resolver, item, scope))
    .filter((item) => item !== undefined),
})

const resolveSubstitution = (
  resolver: Resolver,
  piece: HoconSubstitution,
  scope: readonly string[],
): ConfigNode | undefined => {
  const cyclicBefore = resolver.cyclic
  resolver.cyclic = false
  resolver.metItself = false
  const found =
    (scope.length > 0 ? lookUp(resolver, resolver.root, [...scope, ...piece.path]) : undefined) ??
    lookUp(resolver, resolver.root, piece.path)
  const { cyclic, metItself } = resolver
  resolver.cyclic = cyclicBefore
  if (found !== undefined && !cyclic) return found
  const outside = resolver.options.outside(piece.path.join('.'), piece.at)
  if (outside !== undefined) return outside
  if (piece.defaultText !== undefined) return scalar(piece.defaultText, false, piece.at)
  if (piece.optional) return cyclic ? undefined : found
  const isCircle = cyclic || metItself
  reportUnresolved(resolver, piece, isCircle)
  return scalar(piece.source, true, piece.at)
}

const reportUnresolved = (resolver: Resolver, piece: HoconSubstitution, cyclic: boolean): void => {
  if (resolver.reported.has(piece)) return
  resolver.reported.add(piece)
  const { diagnostics, unresolved } = resolver.options
  if (cyclic) {
    const message = `\`${piece.source}\` leads back to the value that it stands in.`
    diagnostics.error('CFG-006', message, piece.at)
  } else if (unresolved === 'error') {
    const message = `\`${piece.source}\` is set neither in the text nor in the environment; set it, or write \`\${?…}\` where it may be missing.`
    diagnostics.error('CFG-006', message, piece.at)
  } else {
    const message = `\`${piece.source}\` has no value and stays as it is.`
    diagnostics.warning('CFG-006', message, piece.at)
  }
}

const lookUp = (
  resolver: Resolver,
  object: MergedObject,
  path: readonly string[],
  index = 0,
): ConfigNode | undefined => {
  countStep(resolver, object.at)
  const slot = object.slots.get(path[index]!)
  if (slot === undefined) return undefined
  const limit = visibleLayers(slot)
  if (limit === 0) {
    resolver.metItself = true
    return undefined
  }
  if (index === path.length - 1) return resolveSlot(resolver, slot)
  const objects: ConfigObject[] = []
  for (let layerIndex = limit - 1; layerIndex >= 0; layerIndex -= 1) {
    const layer = slot.layers[layerIndex]!
    let found: ConfigNode | undefined
    if (layer.kind === 'object') found = lookUp(resolver, layer.object, path, index + 1)
    else {
      const value = resolveLayer(resolver, slot, layerIndex)
      if (value === undefined) continue
      if (value.kind !== 'object') break
      found = entryAt(value, path.slice(index + 1))
    }
    if (found === undefined) continue
    if (found.kind !== 'object') return objects.length === 0 ? found : objects.reduce(mergeObjects)
    objects.unshift(found)
  }
  return objects.length === 0 ? undefined : objects.reduce(mergeObjects)
}

const entryAt = (object: ConfigObject, path: readonly string[]): ConfigNode | undefined => {
  let node: ConfigNode | undefined = object
  for (const key of path) {
    if (node?.kind !== 'object') return undefined
    node = node.entries.get(key)?.value
  }
  return node
}

import type { Place } from '../../errors/index.ts'
import type { HoconInclude, HoconKey, HoconObject, HoconPiece, HoconValue } from './syntax.ts'

/**
 * An object after merging, before substitution. A key holds all values that it was ever given,
 * because a later one may refer to an earlier one.
 */
export interface MergedObject {
  readonly at: Place
  /** The keys from the root; undefined inside an array, where no path leads. */
  readonly path: readonly string[] | undefined
  readonly slots: Map<string, Slot>
  /** All slots in the order of the text when keys may repeat; see ConfigObject.repeated. */
  readonly repeated?: (readonly [string, Slot])[]
}

export interface Slot {
  readonly keyAt: Place
  readonly layers: Layer[]
  /** Indexes of the layers that are being resolved: a reference to itself sees those below. */
  readonly resolving: number[]
}

export type Layer =
  | {
      readonly kind: 'object'
      readonly object: MergedObject
      /** Made by dotted keys alone: `a.b = 1` and never `a { b = 1 }`. */
      dotted: boolean
    }
  | {
      readonly kind: 'value'
      readonly value: HoconValue
      /** Where the text was included: its substitutions are looked up below this path first. */
      readonly scope: readonly string[]
    }

export interface MergeOptions {
  /** The objects at the root in which a key that comes again is another entry, not a merge. */
  readonly repeating: ReadonlySet<string>
  /** The parsed text of an include; undefined where it could not be read. */
  readonly included: (include: HoconInclude) => HoconObject | undefined
}

export const emptyObject = (
  at: Place,
  path: readonly string[] | undefined,
  options: MergeOptions,
): MergedObject => ({
  at,
  path,
  slots: new Map(),
  ...(path?.length === 1 && options.repeating.has(path[0]!) ? { repeated: [] } : {}),
})

/** Adds the fields of `syntax` to `target`, in order, on top of what is there. */
export const addFields = (
  target: MergedObject,
  syntax: HoconObject,
  scope: readonly string[],
  options: MergeOptions,
): void => {
  for (const field of syntax.fields) {
    if (field.kind === 'include') {
      const content = options.included(field)
      if (content !== undefined) addFields(target, content, target.path ?? scope, options)
      continue
    }
    let object = target
    for (const key of field.path.slice(0, -1)) {
      const made = { at: key.at, path: pathBelow(object, key.name), dotted: true }
      object = objectLayer(slotOf(object, key), made, options)
    }
    const key = field.path.at(-1)!
    const mayRepeat = field.path.length === 1 && field.value.pieces[0]?.kind !== 'previous'
    const slot = mayRepeat ? newOrOnlySlot(object, key) : slotOf(object, key)
    const made = { path: pathBelow(object, key.name), dotted: field.path.length > 1 }
    addValue(slot, field.value, { ...made, scope }, options)
  }
}

const slotOf = (object: MergedObject, key: HoconKey): Slot =>
  object.slots.get(key.name) ?? addSlot(object, key)

const newOrOnlySlot = (object: MergedObject, key: HoconKey): Slot =>
  object.repeated === undefined ? slotOf(object, key) : addSlot(object, key)

const addSlot = (object: MergedObject, key: HoconKey): Slot => {
  const slot: Slot = { keyAt: key.at, layers: [], resolving: [] }
  object.slots.set(key.name, slot)
  object.repeated?.push([key.name, slot])
  return slot
}

/** The object on top of a slot, made where there is none. */
const objectLayer = (
  slot: Slot,
  made: { readonly at: Place; readonly path: MergedObject['path']; readonly dotted: boolean },
  options: MergeOptions,
): MergedObject => {
  const last = slot.layers.at(-1)
  if (last?.kind === 'object') {
    if (!made.dotted) last.dotted = false
    return last.object
  }
  const object = emptyObject(made.at, made.path, options)
  slot.layers.push({ kind: 'object', object, dotted: made.dotted })
  return object
}

const pathBelow = (parent: MergedObject, key: string): MergedObject['path'] =>
  parent.path === undefined ? undefined : [...parent.path, key]

const isObjectOrSubstitution = (piece: HoconPiece): boolean =>
  piece.kind === 'object' || piece.kind === 'substitution'

interface Destination {
  readonly path: MergedObject['path']
  readonly dotted: boolean
  readonly scope: readonly string[]
}

const addValue = (
  slot: Slot,
  value: HoconValue,
  { path, dotted, scope }: Destination,
  options: MergeOptions,
): void => {
  const solid = value.pieces.filter((piece) => piece.kind !== 'space')
  const joinsObjects =
    solid.every(isObjectOrSubstitution) && solid.some((piece) => piece.kind === 'object')
  if (!joinsObjects) {
    slot.layers.push({ kind: 'value', value, scope })
    return
  }
  // `a = ${base} { b = 1 }` is `a = ${base}` and `a { b = 1 }`: layers, so that `${a.b}` is seen.
  for (const piece of solid) {
    if (piece.kind === 'object') {
      const object = objectLayer(slot, { at: piece.at, path, dotted }, options)
      addFields(object, piece, scope, options)
    } else {
      slot.layers.push({ kind: 'value', value: { at: value.at, pieces: [piece] }, scope })
    }
  }
}

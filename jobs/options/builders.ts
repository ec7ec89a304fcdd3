import type { JsonValue } from '../../runtime/config/index.ts'
import type { OptionSpec, OptionSpecs, OptionsOf } from './spec.ts'

type Common = Omit<OptionSpec, 'kind' | 'parsed' | 'item' | 'fields' | 'defaultValue' | 'required'>
type Required = Common & { readonly required: true }
type WithDefault<Value> = Common & { readonly defaultValue: Value }

interface ScalarBuilder<Parsed> {
  (text: Required | WithDefault<Parsed>): OptionSpec<Parsed>
  (text: Common): OptionSpec<Parsed | undefined>
}

const scalar = <Parsed>(kind: OptionSpec['kind']): ScalarBuilder<Parsed> =>
  ((text: Common) => ({ ...text, kind })) as ScalarBuilder<Parsed>

interface ListBuilder {
  <Item>(
    item: OptionSpec<Item>,
    text: Required | WithDefault<JsonValue[]>,
  ): OptionSpec<readonly Item[]>
  <Item>(item: OptionSpec<Item>, text: Common): OptionSpec<readonly Item[] | undefined>
}

interface MapBuilder {
  <Item>(
    item: OptionSpec<Item>,
    text: Required | WithDefault<{ [key: string]: JsonValue }>,
  ): OptionSpec<{ readonly [key: string]: Item }>
  <Item>(
    item: OptionSpec<Item>,
    text: Common,
  ): OptionSpec<{ readonly [key: string]: Item } | undefined>
}

interface ObjectBuilder {
  <Specs extends OptionSpecs>(fields: Specs, text: Required): OptionSpec<OptionsOf<Specs>>
  <Specs extends OptionSpecs>(fields: Specs, text: Common): OptionSpec<OptionsOf<Specs> | undefined>
}

/** Makers of option specs; the parsed type follows from `required` and `defaultValue`. */
export const option = {
  string: scalar<string>('string'),
  integer: scalar<number>('integer'),
  number: scalar<number>('number'),
  boolean: scalar<boolean>('boolean'),
  any: scalar<JsonValue>('any'),
  /** A single value is read as a list of one; a comma-separated string is not split. */
  list: ((item: OptionSpec, text: Common) => ({ ...text, kind: 'list', item })) as ListBuilder,
  map: ((item: OptionSpec, text: Common) => ({ ...text, kind: 'map', item })) as MapBuilder,
  object: ((fields: OptionSpecs, text: Common) => ({
    ...text,
    kind: 'object',
    fields,
  })) as ObjectBuilder,
}

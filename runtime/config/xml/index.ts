import type { SaxesParser, SaxesTagPlain } from 'saxes'
import { EngineError, type Diagnostics, type Place } from '../../errors/index.ts'
import type { ConfigEntry, ConfigNode, ConfigObject } from '../nodes.ts'

/** Deeper texts are refused. */
const DEPTH_MAX = 200

interface OpenElement {
  readonly name: string
  readonly at: Place
  readonly attributes: readonly (readonly [string, ConfigNode])[]
  readonly children: (readonly [string, ConfigNode])[]
  text: string
}

/**
 * Reads an XML text to the tree that the same configuration has in YAML: attributes and elements are
 * keys, elements that come several times are a list, an element of text alone is a text, and text
 * beside attributes stands under the element's own name. `<property name="a">b</property>` is `a: b`.
 * A document type is refused, so that no entity of its own can be declared. All problems go to
 * `diagnostics`.
 */
export const readXml = async (
  text: string,
  file: string,
  diagnostics: Diagnostics,
): Promise<ConfigObject> => {
  const at = { file, line: 1, column: 1 }
  const { SaxesParser: Parser } = await import('saxes')
  const parser = new Parser({ position: true })
  const root: OpenElement = { name: '', at, attributes: [], children: [], text: '' }
  try {
    build(parser, root, file)
    parser.write(text).close()
  } catch (thrown) {
    diagnostics.caught(thrown, at)
  }
  return { kind: 'object', at, entries: entriesOf(root) }
}

const build = (parser: SaxesParser, root: OpenElement, file: string): void => {
  const open: OpenElement[] = [root]
  let startsAt: Place = root.at
  const here = (): Place => ({ file, line: parser.line, column: Math.max(1, parser.columnIndex) })
  parser.on('error', (error) => {
    const message = error.message.replace(/^(\S*:)?\d+:\d+: /, '').replace(/\.?$/, '.')
    throw new EngineError('CFG-001', `The XML is malformed: ${message}`, { at: here() })
  })
  parser.on('doctype', () => {
    throw new EngineError('CFG-001', 'A document type is not allowed here; remove it.', {
      at: here(),
    })
  })
  parser.on('opentagstart', (tag) => {
    const { line, column } = here()
    startsAt = { file, line, column: Math.max(1, column - tag.name.length - 1) }
  })
  parser.on('opentag', (tag) => {
    if (open.length > DEPTH_MAX) {
      throw new EngineError('CFG-001', 'The XML is nested too deeply; flatten it.', {
        at: startsAt,
      })
    }
    const attributes = attributesOf(tag as SaxesTagPlain, startsAt)
    open.push({ name: tag.name, at: startsAt, attributes, children: [], text: '' })
  })
  const addText = (text: string): void => {
    open.at(-1)!.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const element = open.pop()!
    open.at(-1)!.children.push(named(element))
  })
}

const textNode = (text: string, at: Place): ConfigNode => ({
  kind: 'scalar',
  at,
  value: text,
  text,
  quoted: true,
})

/** Names of namespaces and schemas say nothing about the configuration. */
const attributesOf = (tag: SaxesTagPlain, at: Place): OpenElement['attributes'] =>
  Object.entries(tag.attributes)
    .filter(([name]) => name !== 'xmlns' && !name.includes(':'))
    .map(([name, value]) => [name, textNode(value, at)] as const)

const named = (element: OpenElement): readonly [string, ConfigNode] => {
  const { name, at, attributes, children } = element
  const text = element.text.trim()
  const property = attributes.find(([attribute]) => attribute === 'name')?.[1]
  if (name === 'property' && property?.kind === 'scalar') return [property.text, textNode(text, at)]
  if (attributes.length === 0 && children.length === 0) return [name, textNode(text, at)]
  return [name, { kind: 'object', at, entries: entriesOf(element) }]
}

const entriesOf = ({ name, at, attributes, children, text }: OpenElement) => {
  const grouped = new Map<string, ConfigNode[]>()
  const own = text.trim() === '' ? [] : [[name, textNode(text.trim(), at)] as const]
  for (const [key, node] of [...attributes, ...own, ...children]) {
    grouped.set(key, [...(grouped.get(key) ?? []), node])
  }
  return new Map<string, ConfigEntry>(
    [...grouped].map(([key, items]) => {
      const first = items[0]!
      const value: ConfigNode = items.length === 1 ? first : { kind: 'array', at: first.at, items }
      return [key, { keyAt: first.at, value }]
    }),
  )
}

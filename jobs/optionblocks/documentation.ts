import type { OptionSpec, OptionSpecs } from '../options/index.ts'

/** A Markdown table of the options; those of an `object` or of listed objects follow theirs. */
export const optionsDocumentation = (specs: OptionSpecs): string =>
  [
    '| Option | Type | Default | Description |',
    '| --- | --- | --- | --- |',
    ...rowsOf(specs, ''),
    '',
  ].join('\n')

const rowsOf = (specs: OptionSpecs, prefix: string): string[] =>
  Object.entries(specs).flatMap(([key, spec]) => [
    `| ${[`\`${prefix}${key}\``, typeText(spec), defaultText(spec), descriptionText(spec)]
      .map(cell)
      .join(' | ')} |`,
    ...innerRows(spec, prefix + key),
  ])

const innerRows = (spec: OptionSpec, key: string): string[] => {
  if (spec.fields !== undefined) return rowsOf(spec.fields, `${key}.`)
  return spec.item === undefined ? [] : innerRows(spec.item, `${key}[]`)
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const typeText = (spec: OptionSpec): string => {
  if (spec.kind === 'list' && spec.item !== undefined) return `list of ${typeText(spec.item)}`
  if (spec.kind === 'map' && spec.item !== undefined) return `map of ${typeText(spec.item)}`
  return spec.kind
}

const defaultText = (spec: OptionSpec): string => {
  if (spec.required === true) return '**required**'
  return spec.defaultValue === undefined ? '' : `\`${JSON.stringify(spec.defaultValue)}\``
}

const descriptionText = (spec: OptionSpec): string => {
  const parts = [spec.description]
  if (spec.values !== undefined) parts.push(`One of ${spec.values.join(', ')}.`)
  if (spec.minimum !== undefined) parts.push(`At least ${spec.minimum}.`)
  if (spec.maximum !== undefined) parts.push(`At most ${spec.maximum}.`)
  if (spec.secret === true) parts.push('Secret: never shown.')
  if (spec.aliases !== undefined) parts.push(`Also: ${spec.aliases.map(code).join(', ')}.`)
  if (spec.example !== undefined) parts.push(`Example: ${code(JSON.stringify(spec.example))}.`)
  return parts.join(' ')
}

const code = (text: string): string => `\`${text}\``

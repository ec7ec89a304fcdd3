import { javaRegex } from '../../runtime/expressions/index.ts'
import { option, type OptionsOf } from '../options/index.ts'

/** The options of transforms that rename; `what` they rename is named in the descriptions. */
export const renamingOptions = (what: string) => ({
  convert_case: option.string({
    description: `Writes ${what} names in upper or lower case.`,
    values: ['UPPER', 'LOWER'],
  }),
  prefix: option.string({ description: `Put in front of each ${what} name.` }),
  suffix: option.string({ description: `Put behind each ${what} name.` }),
  replacements_with_regex: option.list(
    option.object(
      {
        replace_from: option.string({
          description: 'What to replace: a regular expression, as Java writes it.',
          required: true,
        }),
        replace_to: option.string({ description: 'What comes in its place.', required: true }),
        is_regex: option.boolean({
          description: 'False: replace_from is the whole name, plainly.',
          defaultValue: true,
        }),
      },
      { description: 'A replacement.', required: true },
    ),
    { description: 'Replacements; the last one that is found in the name counts.' },
  ),
})

type RenamingOptions = OptionsOf<ReturnType<typeof renamingOptions>>

interface Found {
  readonly start: number
  readonly end: number
}

/**
 * How the options rename: replacements are looked for in the name as it was, and put into the name
 * after its case was changed; then come prefix and suffix.
 */
export const renamer = (options: RenamingOptions): ((name: string) => string) => {
  const rules = (options.replacements_with_regex ?? []).map((rule) => ({
    replacement: rule.replace_to.trim(),
    find: finderOf(rule.replace_from, rule.is_regex),
  }))
  const changeCase =
    options.convert_case === 'UPPER'
      ? (name: string) => name.toUpperCase()
      : options.convert_case === 'LOWER'
        ? (name: string) => name.toLowerCase()
        : (name: string) => name
  return (name) => {
    let changed = changeCase(name)
    const rule = rules.findLast(({ find }) => find(name).length > 0)
    for (const { start, end } of rule?.find(name).toReversed() ?? []) {
      changed = changed.slice(0, start) + rule!.replacement + changed.slice(end)
    }
    return (options.prefix ?? '').trim() + changed + (options.suffix ?? '').trim()
  }
}

const finderOf = (pattern: string, isRegex: boolean): ((name: string) => readonly Found[]) => {
  if (!isRegex) return (name) => (name === pattern ? [{ start: 0, end: name.length }] : [])
  const regex = javaRegex(pattern, 'g')
  return (name) =>
    Array.from(name.matchAll(regex), (match) => ({
      start: match.index,
      end: match.index + match[0].length,
    }))
}

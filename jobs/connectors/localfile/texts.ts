/**
 * A delimiter as job files write it: `\t`, `\n`, `\001`, `\u0001` are characters, and a backslash
 * before any other character stands for that character, since SeaTunnel reads `\\|` as `|`.
 */
export const unescapeText = (written: string): string =>
  written.replace(
    /\\(?:u([0-9a-fA-F]{4})|([0-7]{1,3})|(.))/gs,
    (_, unicode?: string, octal?: string, letter?: string) => {
      if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16))
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
      return CONTROLS[letter!] ?? letter!
    },
  )

const CONTROLS: { readonly [letter: string]: string | undefined } = { t: '\t', n: '\n', r: '\r' }

/** `text` with each `${name}` and `${name:default}` that `values` knows filled in. */
export const fillIn = (text: string, values: { readonly [name: string]: string }): string =>
  text.replace(/\$\{(\w+)(?::([^}]*))?\}/g, (whole, name: string) => values[name] ?? whole)

/** What the name of a table gives to paths: `${database_name}`, `${schema_name}`, `${table_name}`. */
export const tableVariables = (path: string): { readonly [name: string]: string } => {
  const parts = path.split('.')
  return {
    table_name: parts.at(-1) ?? path,
    schema_name: parts.length > 2 ? parts.at(-2)! : '',
    database_name: parts.length > 1 ? parts[0]! : '',
    table_full_name: path,
    schema_full_name: parts.slice(0, -1).join('.'),
  }
}

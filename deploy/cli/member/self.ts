/** Where a compiled executable has its modules. */
const EMBEDDED_ROOT = '/$bunfs/'

/** The words that start this command anew, from source or as an executable. */
export const selfCommand = (): readonly string[] =>
  Bun.main.startsWith(EMBEDDED_ROOT)
    ? [process.execPath]
    : [process.execPath, new URL('../main.ts', import.meta.url).pathname]

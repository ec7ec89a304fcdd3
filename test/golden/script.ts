import { expect } from 'bun:test'

/**
 * Runs a golden script: every line that starts with `> ` is an input, and the lines below it, up to
 * an empty line, are what it must print. With UPDATE_GOLDEN=1 the file is rewritten instead.
 */
export const runGoldenScript = async (
  file: URL,
  perform: (input: string) => readonly string[],
): Promise<void> => {
  const text = await Bun.file(file).text()
  const rebuilt: string[] = []
  for (const block of text.split('\n\n')) {
    const lines = block.split('\n').filter((line) => line !== '')
    const comments = lines.filter((line) => line.startsWith('#'))
    const inputs = lines.filter((line) => line.startsWith('> '))
    rebuilt.push(
      [...comments, ...inputs, ...inputs.flatMap((input) => perform(input.slice(2)))].join('\n'),
    )
  }
  const actual = `${rebuilt.join('\n\n')}\n`
  if (process.env.UPDATE_GOLDEN === '1') await Bun.write(file, actual)
  expect(actual).toBe(text)
}

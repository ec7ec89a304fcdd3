import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT_CODE_TEXTS } from '../../deploy/cli/exitCodes.ts'
import { COMMANDS } from '../../deploy/cli/commands.ts'
import { PROJECT_ROOT } from './tidegate.ts'

const README = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8')

const sectionOf = (title: string): string => {
  const start = README.indexOf(`\n## ${title}\n`)
  if (start < 0) throw new Error(`README has no section ${title}`)
  const end = README.indexOf('\n## ', start + 1)
  return README.slice(start, end < 0 ? undefined : end)
}

const tourCommands = (): readonly string[] =>
  [...sectionOf('Five minutes').matchAll(/```sh\n([^`]*)```/g)]
    .flatMap(([, block]) => block!.trim().split('\n'))
    // Whoever runs the tests has done this.
    .filter((command) => command !== 'npm install')

test('every command of the tour in the README works', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-tour-'))
  try {
    const commands = tourCommands()
    expect(commands.length).toBeGreaterThan(6)
    for (const command of commands) {
      const here = command
        .replace('npx bun', `'${process.execPath}'`)
        .replace('folder=/tmp', `folder=${folder}`)
      const { exitCode, stderr } = Bun.spawnSync(['bash', '-c', here], {
        cwd: PROJECT_ROOT,
        env: { ...process.env, XDG_STATE_HOME: folder },
        stdin: 'ignore',
      })
      expect({ command, exitCode, stderr: exitCode === 0 ? '' : stderr.toString() }).toEqual({
        command,
        exitCode: 0,
        stderr: '',
      })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)

test('the README names every verb and every exit code', () => {
  // The formatter pads the columns of tables.
  const commands = sectionOf('Commands').replaceAll(/ {2,}/g, ' ')
  for (const { name } of COMMANDS) expect(commands).toContain(`| \`${name}`)
  for (const [code, text] of EXIT_CODE_TEXTS) expect(commands).toContain(`| ${code} | ${text} |`)
})

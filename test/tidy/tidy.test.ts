import { describe, expect, test } from 'bun:test'
import { ERROR_CODES } from '../../runtime/codes/index.ts'
import { errorCodes } from './rules/errorCodes.ts'
import { hostSeam } from './rules/host.ts'
import { importDirection, noBarrels, noDeadFiles, oneDoor } from './rules/imports.ts'
import { lightIsolates } from './rules/lightIsolates.ts'
import { pluginsAreComplete } from './rules/plugins.ts'
import { fileSizes, noMachinePaths, noSecrets, skipsHaveReasons } from './rules/texts.ts'
import { readProject, type Rule, type SourceFile } from './sources.ts'

const project = readProject()

/** The project with files added: those that break a rule. */
const planted = (...files: readonly SourceFile[]): readonly SourceFile[] => [...project, ...files]

/** A planted file; `~` in its text is left out, so that this file does not break the rule itself. */
const file = (path: string, text: string): SourceFile => ({ path, text: text.replaceAll('~', '') })

/** The project keeps the rule, and the rule sees a file that breaks it. */
const keeps = (
  name: string,
  rule: Rule,
  breaking: Readonly<Record<string, readonly SourceFile[]>>,
) => {
  describe(name, () => {
    test('the project keeps it', () => {
      expect(rule(project)).toEqual([])
    })
    for (const [violation, files] of Object.entries(breaking)) {
      test(`sees ${violation}`, () => {
        const before = new Set(rule(project))
        const found = rule(planted(...files)).filter((line) => !before.has(line))
        expect(found.join('\n')).toContain('planted')
      })
    }
  })
}

keeps('imports go one way', importDirection, {
  'an import upwards': [
    file('runtime/rows/planted.ts', `import { run } from '../../jobs/plan/index.ts'\n`),
  ],
  'a type imported upwards': [
    file('members/grid/planted.ts', `import type { Plan } from '../../jobs/plan/index.ts'\n`),
  ],
  'an import of a test': [file('jobs/plan/planted.ts', `import '../../test/sim/index.ts'\n`)],
  'a lazy import upwards': [
    file('jobs/plan/planted.ts', `const load = () => import('../../deploy/cli/main.ts')\n`),
  ],
})

keeps('a folder has one door', oneDoor, {
  'an import past the door': [
    file('jobs/plan/planted.ts', `import { Batch } from '../../runtime/rows/batch.ts'\n`),
  ],
  'an import past the door of a feature in a feature': [
    file('jobs/connectors/planted/index.ts', ''),
    file('jobs/connectors/planted/source.ts', ''),
    file('jobs/connectors/other.ts', `import { source } from './planted/source.ts'\n`),
  ],
})

keeps('no barrels', noBarrels, {
  'a file that passes on': [file('jobs/plan/planted.ts', `export { a } from './a.ts'\n`)],
  'a star': [file('jobs/planted/index.ts', `export * from './a.ts'\n`)],
})

keeps('no dead files', noDeadFiles, {
  'a file that nothing imports': [file('runtime/rows/planted.ts', 'export const planted = 1\n')],
})

keeps('isolates are light', lightIsolates, {
  'a package that every isolate loads': [
    file('jobs/tasks/main.ts', `import './planted.ts'\n`),
    file('jobs/tasks/planted.ts', `import { Packr } from 'msgpackr/pack'\n`),
  ],
  'a feature that few tasks need': [
    file('jobs/tasks/main.ts', `import './planted.ts'\n`),
    file('jobs/tasks/planted.ts', `import { readYaml } from '../../runtime/config/index.ts'\n`),
  ],
})

keeps('only the host touches the machine', hostSeam, {
  'the clock': [file('jobs/plan/planted.ts', 'export const a = (): number => Date.now()\n')],
  'the time of now': [file('jobs/plan/planted.ts', 'export const a = new Date()\n')],
  'a timer': [file('jobs/plan/planted.ts', 'setTimeout(() => {}, 1)\n')],
  chance: [file('jobs/plan/planted.ts', 'export const a = Math.random()\n')],
  'the network': [file('jobs/plan/planted.ts', `export const a = await fetch('http://a')\n`)],
  'the disk': [file('jobs/plan/planted.ts', `import { readFile } from 'node:fs/promises'\n`)],
  'a thread': [file('jobs/plan/planted.ts', `export const a = new Worker('a.ts')\n`)],
  'the environment': [file('jobs/plan/planted.ts', 'export const a = process.env\n')],
})

keeps('files are short', fileSizes, {
  'a long file': [file('runtime/rows/planted.ts', 'export {}\n'.repeat(401))],
  'a long test': [file('test/planted.test.ts', 'export {}\n'.repeat(601))],
})

keeps('skipped tests say why', skipsHaveReasons, {
  'a silent skip': [file('test/planted.test.ts', `test~.skip('a', () => {})\n`)],
  'a silent condition': [file('test/planted.test.ts', `test~.skipIf(true)('a', () => {})\n`)],
  'a test that shuts out the others': [file('test/planted.test.ts', `test~.only('a')\n`)],
})

keeps('no secrets', noSecrets, {
  'a key': [file('test/planted.conf', `access_key = "AKIA~ABCDEFGHIJKLMNOP"\n`)],
  'a private key': [file('test/planted.txt', `-----BEGIN RSA ~PRIVATE~ KEY-----\n`)],
})

keeps('no paths of one machine', noMachinePaths, {
  'a home folder': [file('jobs/examples/planted.conf', `path = "/home~/someone/data"\n`)],
})

keeps('error codes are registered, used and explained', errorCodes(ERROR_CODES), {
  'a code that is not registered': [
    file('jobs/plan/planted.ts', `throw new EngineError('XYZ-~099', 'a')\n`),
  ],
})

describe('error codes', () => {
  test('sees a code that nothing reports', () => {
    const found = errorCodes({ 'XYZ-098': { what: 'A.', action: 'B.' } })([])
    expect(found).toEqual(['XYZ-098 is registered but nothing reports it'])
  })
  test('sees a code without sentences', () => {
    const used = file('jobs/plan/a.ts', `'XYZ-098'`)
    const found = errorCodes({ 'XYZ-098': { what: '', action: 'B.' } })([used])
    expect(found).toEqual(['XYZ-098 does not say in sentences what happened and what to do'])
  })
})

keeps('connectors and transforms are complete', pluginsAreComplete, {
  'a connector without anything': [
    file('jobs/connectors/planted/source.ts', 'export const planted = defineSource({})\n'),
  ],
})

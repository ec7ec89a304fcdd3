import { test } from 'bun:test'
import { runGoldenScript } from '../../../golden/script.ts'
import { createScriptedTable } from './script.ts'

for (const name of ['forming', 'failing', 'recovering']) {
  test(`the table follows its script: ${name}`, async () => {
    const file = new URL(`../../../golden/table-${name}.txt`, import.meta.url)
    await runGoldenScript(file, createScriptedTable())
  })
}

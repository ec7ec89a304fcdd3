import { test } from 'bun:test'
import { runGoldenScript } from '../../golden/script.ts'
import { createScriptedCluster } from './script.ts'

for (const name of ['forming', 'mastership', 'quorum', 'cuts']) {
  test(`membership follows its script: ${name}`, async () => {
    let cluster = createScriptedCluster()
    const file = new URL(`../../golden/membership-${name}.txt`, import.meta.url)
    await runGoldenScript(file, (input) => {
      if (input === 'new') {
        cluster = createScriptedCluster()
        return []
      }
      return cluster.perform(input)
    })
  })
}

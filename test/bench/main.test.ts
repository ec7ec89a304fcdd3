import { expect, test } from 'bun:test'

test('an unknown benchmark is refused with the names of those that there are', () => {
  const { exitCode, stderr } = Bun.spawnSync(['bun', 'main.ts', 'nothing'], {
    cwd: import.meta.dir,
  })
  expect(exitCode).toBe(2)
  expect(stderr.toString()).toContain('exchange')
})

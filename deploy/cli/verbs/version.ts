import packageFile from '../../../package.json' with { type: 'json' }
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'

export const command = defineCommand({
  description: 'Prints the version of Tidegate and of the Bun inside it.',
  operands: [],
  flags: {},
  examples: ['tidegate version'],
  run: async ({ terminal }) => {
    terminal.out.write(`tidegate ${packageFile.version} (Bun ${Bun.version})\n`)
    return ExitCode.finished
  },
})

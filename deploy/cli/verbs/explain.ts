import { ERROR_CODES, isErrorCode } from '../../../runtime/codes/index.ts'
import { EngineError } from '../../../runtime/errors/index.ts'
import { didYouMean } from '../arguments.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'

export const command = defineCommand({
  description: 'Says what a code in a message means and what to do about it.',
  operands: [{ name: 'CODE', description: 'a code such as CFG-003', required: true }],
  flags: {},
  examples: ['tidegate explain CFG-003'],
  run: async ({ operands, terminal }) => {
    const code = operands[0]!.toUpperCase()
    if (!isErrorCode(code)) {
      throw new EngineError(
        'CLI-001',
        `The code ${code} is unknown.${didYouMean(code, Object.keys(ERROR_CODES))}` +
          ' See tidegate list codes.',
      )
    }
    const { what, action } = ERROR_CODES[code]
    terminal.out.write(`${terminal.out.color.bold(code)}\n${what}\n${action}\n`)
    return ExitCode.finished
  },
})

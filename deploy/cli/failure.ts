import { EngineError, formatEngineError } from '../../runtime/errors/index.ts'
import type { TextStream } from './terminal.ts'

/** What is shown of an error: one line for what a user can mend, the stack for a bug of ours. */
export const describeError = (thrown: unknown, { color }: TextStream): string => {
  if (thrown instanceof EngineError) return `${color.red('error')} ${formatEngineError(thrown)}\n`
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return (
    `${color.red('error')} ENG-001 Tidegate itself failed; ` +
    `please report this with the text below.\n${stack}\n`
  )
}

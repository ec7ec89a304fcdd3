import { defineSink } from '../define.ts'
import { CONSOLE_OPTIONS } from './spec.ts'
import { createConsoleWriter } from './writer.ts'

/** Console: prints rows on standard output. */
export const consoleSink = defineSink({
  kind: 'sink',
  name: 'Console',
  description: 'Prints each row as a line on standard output.',
  options: CONSOLE_OPTIONS,
  guarantee: () => 'at-least-once',
  createWriter: (options, tables, context) =>
    createConsoleWriter(
      { printData: options['log.print.data'], delayMs: options['log.print.delay.ms'] },
      tables,
      context,
    ),
})

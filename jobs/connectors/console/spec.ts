import { option } from '../../options/index.ts'

/** The options of Console. */
export const CONSOLE_OPTIONS = {
  'log.print.data': option.boolean({
    description: 'Prints the rows; otherwise they are only taken.',
    defaultValue: true,
  }),
  'log.print.delay.ms': option.integer({
    description: 'Milliseconds to wait after each row.',
    defaultValue: 0,
    minimum: 0,
  }),
}

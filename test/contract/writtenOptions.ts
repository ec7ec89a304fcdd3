import { parseOptions } from '../../jobs/optionblocks/index.ts'
import type { OptionSpecs, OptionsOf } from '../../jobs/options/index.ts'
import { readHocon } from '../../runtime/config/index.ts'
import { Diagnostics, formatDiagnostic } from '../../runtime/errors/index.ts'

/**
 * The options of a block as a job file writes them between its braces. Fails with all problems of
 * the text together.
 */
export const writtenOptions = async <Specs extends OptionSpecs>(
  specs: Specs,
  text: string,
): Promise<OptionsOf<Specs>> => {
  const diagnostics = new Diagnostics()
  const block = await readHocon(text, 'test.conf', diagnostics, { keepDotted: true })
  const { options } = parseOptions(specs, block, diagnostics, {
    name: 'test',
    at: block.at,
    strict: true,
  })
  if (diagnostics.all.length > 0) {
    throw new Error(diagnostics.all.map(formatDiagnostic).join('\n'))
  }
  return options
}

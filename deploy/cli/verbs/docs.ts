import type { SinkConnector, SourceConnector } from '../../../jobs/connectors/index.ts'
import { specsOf, type Plugin } from '../../../jobs/files/index.ts'
import { optionsDocumentation } from '../../../jobs/optionblocks/index.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'
import { findPlugin } from '../plugins.ts'

const factsOf = (plugin: Plugin): string => {
  switch (plugin.kind) {
    case 'source':
      return sourceFacts(plugin)
    case 'sink':
      return sinkFacts(plugin)
    case 'transform':
      return ''
    default:
      return plugin satisfies never
  }
}

const sourceFacts = ({ replayable }: SourceConnector): string =>
  replayable
    ? 'It can be read again from a position: fit for exactly-once.\n\n'
    : 'It cannot be read again from a position: a crash may lose rows.\n\n'

const sinkFacts = ({ createCommitter }: SinkConnector): string =>
  createCommitter === undefined ? '' : 'It can commit in two phases.\n\n'

/** A page of Markdown for one role of a plugin. */
const pageOf = (plugin: Plugin): string =>
  `# ${plugin.name} (${plugin.kind})\n\n${plugin.description}\n\n${factsOf(plugin)}` +
  optionsDocumentation(specsOf(plugin))

export const command = defineCommand({
  description: 'Describes a connector or transform and all its options, as Markdown.',
  operands: [{ name: 'NAME', description: 'a name of tidegate list, in any case', required: true }],
  flags: {},
  examples: ['tidegate docs Jdbc', 'tidegate docs sql'],
  run: async ({ operands, terminal }) => {
    const { source, sink, transform } = await findPlugin(operands[0]!)
    const pages = [source, transform, sink].flatMap((plugin) =>
      plugin === undefined ? [] : [pageOf(plugin)],
    )
    terminal.out.write(pages.join('\n'))
    return ExitCode.finished
  },
})

import { basename, extname } from 'node:path'
import { createRealHost } from '../../../runtime/host/index.ts'
import { bundleFile } from '../bundling/bundleFile.ts'
import { defineCommand } from '../command.ts'
import { ExitCode } from '../exitCodes.ts'

const defaultOutput = (path: string): string => `${basename(path, extname(path))}.bundle.js`

export const command = defineCommand({
  description:
    'Puts a job in TypeScript and all that it imports into one .js file, which runs on every\n' +
    'member without anything installed there.',
  operands: [{ name: 'FILE', description: 'a job in code (.ts, .js)', required: true }],
  flags: {
    output: {
      kind: 'text',
      short: 'o',
      placeholder: 'PATH',
      description: 'where to write it [FILE.bundle.js in this folder]',
    },
  },
  examples: ['tidegate bundle job.ts', 'tidegate bundle job.ts -o /tmp/job.js'],
  run: async ({ operands, flags, terminal }) => {
    const host = createRealHost()
    const path = operands[0]!
    const output = flags.output ?? defaultOutput(path)
    const bundle = await bundleFile(host, path)
    const bytes = new TextEncoder().encode(bundle.text)
    await host.disk.writeFileAtomically(output, bytes)
    terminal.out.write(`${output}: ${bytes.length} bytes, ${bundle.hash}\n`)
    return ExitCode.finished
  },
})

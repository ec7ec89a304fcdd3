import { runCommandLine } from './commandLine.ts'
import { processTerminal } from './terminal.ts'

process.exit(await runCommandLine(process.argv.slice(2), processTerminal()))

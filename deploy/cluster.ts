import { processTerminal, runCommandLine } from './cli/index.ts'

process.exit(await runCommandLine(['cluster', ...process.argv.slice(2)], processTerminal()))

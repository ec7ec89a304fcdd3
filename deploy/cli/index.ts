export { runCommandLine } from './commandLine.ts'
export { processTerminal } from './terminal.ts'

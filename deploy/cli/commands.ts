import type { Command } from './command.ts'

/** A verb and how to load it: a run of one verb never reads the code of another. */
export interface CommandEntry {
  readonly name: string
  /** One line for the list of verbs. */
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'list',
    summary: 'List connectors, transforms or codes',
    load: () => import('./verbs/list.ts'),
  },
  {
    name: 'create',
    summary: 'Write the skeleton of a job file',
    load: () => import('./verbs/create.ts'),
  },
  { name: 'explain', summary: 'Say what a code means', load: () => import('./verbs/explain.ts') },
  {
    name: 'completions',
    summary: 'Print completions for a shell',
    load: () => import('./verbs/completions.ts'),
  },
  { name: 'version', summary: 'Print the version', load: () => import('./verbs/version.ts') },
]

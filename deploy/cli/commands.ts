import type { Command } from './command.ts'

/** A verb and how to load it: a run of one verb never reads the code of another. */
export interface CommandEntry {
  readonly name: string
  /** One line for the list of verbs. */
  readonly summary: string
  readonly load: () => Promise<{ readonly command: Command }>
}

export const COMMANDS: readonly CommandEntry[] = [
  { name: 'run', summary: 'Run a job file here', load: () => import('./verbs/run.ts') },
  {
    name: 'lint',
    summary: 'Report every mistake in job files',
    load: () => import('./verbs/lint.ts'),
  },
  {
    name: 'plan',
    summary: 'Draw what a job will do: graph, guarantees, slots',
    load: () => import('./verbs/plan.ts'),
  },
  {
    name: 'bundle',
    summary: 'Put a job in TypeScript into one file',
    load: () => import('./verbs/bundle.ts'),
  },
  {
    name: 'list',
    summary: 'List connectors, transforms or codes',
    load: () => import('./verbs/list.ts'),
  },
  {
    name: 'docs',
    summary: 'Describe a connector or transform and its options',
    load: () => import('./verbs/docs.ts'),
  },
  {
    name: 'create',
    summary: 'Write the skeleton of a job file',
    load: () => import('./verbs/create.ts'),
  },
  {
    name: 'schema',
    summary: 'Print the JSON Schema of job files',
    load: () => import('./verbs/schema.ts'),
  },
  {
    name: 'member',
    summary: 'Run a member of a cluster',
    load: () => import('./verbs/member.ts'),
  },
  {
    name: 'cluster',
    summary: 'Run a whole cluster on this machine',
    load: () => import('./verbs/cluster.ts'),
  },
  {
    name: 'members',
    summary: 'Show the members of a cluster',
    load: () => import('./verbs/members.ts'),
  },
  {
    name: 'map',
    summary: 'Read and write a map of the cluster',
    load: () => import('./verbs/map.ts'),
  },
  {
    name: 'queue',
    summary: 'Offer to a queue of the cluster, or poll it',
    load: () => import('./verbs/queue.ts'),
  },
  {
    name: 'topic',
    summary: 'Publish to a topic of the cluster, or listen',
    load: () => import('./verbs/topic.ts'),
  },
  {
    name: 'submit',
    summary: 'Give a job to a cluster',
    load: () => import('./verbs/submit.ts'),
  },
  {
    name: 'status',
    summary: 'Show how a job of a cluster stands',
    load: () => import('./verbs/status.ts'),
  },
  {
    name: 'cancel',
    summary: 'End jobs of a cluster',
    load: () => import('./verbs/cancel.ts'),
  },
  {
    name: 'savepoint',
    summary: 'Stop a job of a cluster so that it can go on later',
    load: () => import('./verbs/savepoint.ts'),
  },
  {
    name: 'restore',
    summary: 'Let a job of a cluster go on',
    load: () => import('./verbs/restore.ts'),
  },
  {
    name: 'metrics',
    summary: 'Print the metrics of jobs of a cluster',
    load: () => import('./verbs/metrics.ts'),
  },
  {
    name: 'logs',
    summary: 'Print what a job of a cluster has logged',
    load: () => import('./verbs/logs.ts'),
  },
  {
    name: 'config',
    summary: 'Show the configuration of a member and its origins',
    load: () => import('./verbs/config.ts'),
  },
  {
    name: 'doctor',
    summary: 'Look whether a member could run here',
    load: () => import('./verbs/doctor.ts'),
  },
  { name: 'explain', summary: 'Say what a code means', load: () => import('./verbs/explain.ts') },
  {
    name: 'completions',
    summary: 'Print completions for a shell',
    load: () => import('./verbs/completions.ts'),
  },
  { name: 'version', summary: 'Print the version', load: () => import('./verbs/version.ts') },
]

/** Takes the flags of `seatunnel.sh`; used when the first word is a flag. */
export const SEATUNNEL_COMMAND: CommandEntry = {
  name: '',
  summary: 'The flags of seatunnel.sh',
  load: () => import('./verbs/seatunnel.ts'),
}

import { toJson, type ConfigObject, type JsonValue } from '../../runtime/config/index.ts'
import type { Diagnostics } from '../../runtime/errors/index.ts'
import { parseOptions, redact } from '../optionblocks/index.ts'
import { option, type OptionsOf } from '../options/index.ts'
import type { DeadLetterPolicy, JobEnvironment } from '../plan/index.ts'

/** The keys of a job's `env` block. */
export const ENVIRONMENT_OPTIONS = {
  parallelism: option.integer({
    description: 'How many readers each source has, unless it says otherwise.',
    defaultValue: 1,
    minimum: 1,
    maximum: 10_000,
  }),
  'job.name': option.string({ description: 'The name shown.', defaultValue: 'SeaTunnel_Job' }),
  'job.mode': option.string({
    description: 'BATCH ends with its sources; STREAMING goes on.',
    values: ['BATCH', 'STREAMING'],
    defaultValue: 'BATCH',
    aliases: ['jobMode'],
  }),
  'job.retry.times': option.integer({
    description: 'How often a pipeline that failed is started again.',
    defaultValue: 3,
    minimum: 0,
  }),
  'job.retry.interval.seconds': option.integer({
    description: 'The pause before it is started again.',
    defaultValue: 3,
    minimum: 0,
  }),
  'checkpoint.interval': option.integer({
    description: 'Milliseconds between checkpoints. Without it a batch job takes none.',
    minimum: 10,
  }),
  'checkpoint.timeout': option.integer({
    description: 'Milliseconds after which a checkpoint is given up.',
    minimum: 10,
  }),
  'checkpoint.min-pause': option.integer({
    description: 'Milliseconds from the end of a checkpoint to the next; -1 for none.',
    defaultValue: -1,
    minimum: -1,
    aliases: ['min-pause'],
  }),
  'checkpoint.mode': option.string({
    description:
      'EXACTLY_ONCE lets a fast input wait for the barriers of the others; AT_LEAST_ONCE does not, ' +
      'and rows may count twice after a crash.',
    values: ['EXACTLY_ONCE', 'AT_LEAST_ONCE'],
    defaultValue: 'EXACTLY_ONCE',
    aliases: ['processing-guarantee'],
  }),
  'read_limit.rows_per_second': option.integer({
    description: 'Rows that each reader may read in a second.',
    minimum: 1,
  }),
  'read_limit.bytes_per_second': option.integer({
    description: 'Bytes that each reader may read in a second.',
    minimum: 1,
  }),
  'savemode.execute.location': option.string({
    description: 'Where save modes run; they always run where the job does.',
    values: ['CLUSTER', 'CLIENT'],
    defaultValue: 'CLUSTER',
    advanced: true,
  }),
  jars: option.string({ description: 'Of the JVM; ignored.', advanced: true }),
  custom_parameters: option.any({ description: 'Free; shown with the job.', advanced: true }),
  tag_filter: option.map(option.string({ description: 'The value of the tag.' }), {
    description: 'Only workers with all these tags run the job.',
  }),
  'split-brain-protection': option.boolean({
    description:
      'On a cluster: the job runs only where more than half of the members are that it began with.',
    defaultValue: false,
  }),
  'dead_letter.mode': option.string({
    description: 'A row that cannot be handled fails the job, is skipped, or goes to a sink.',
    values: ['FAIL', 'SKIP', 'ROUTE'],
    defaultValue: 'FAIL',
  }),
  'dead_letter.output': option.string({
    description: 'For ROUTE: the name that a sink reads the rejected rows from.',
  }),
  'dead_letter.max_count': option.integer({
    description: 'The job fails when more rows than this were rejected.',
    minimum: 0,
  }),
  'dead_letter.max_percent': option.number({
    description: 'The job fails when more than this share of the rows was rejected.',
    minimum: 0,
    maximum: 100,
  }),
}

/** Blocks for other engines, and for encryption, which is undone before. */
const IGNORED: ReadonlySet<string> = new Set(['spark', 'flink', 'shade'])

/** Reads the `env` block. */
export const parseEnvironment = (
  block: ConfigObject,
  diagnostics: Diagnostics,
  strict: boolean,
): { readonly name: string; readonly env: JobEnvironment } => {
  const owner = { name: 'env', at: block.at, strict, ignored: IGNORED }
  const { options, places } = parseOptions(ENVIRONMENT_OPTIONS, block, diagnostics, owner)
  const deadLetters = deadLetterPolicy(options)
  if (deadLetters.mode === 'ROUTE' && deadLetters.output === undefined) {
    const message = '`dead_letter.mode = ROUTE` needs `dead_letter.output`, which a sink reads.'
    diagnostics.error('CFG-003', message, places['dead_letter.mode'] ?? block.at)
  }
  const raw = redact({}, toJson(block) as { [key: string]: JsonValue })
  return {
    name: options['job.name'],
    env: {
      mode: options['job.mode'] === 'STREAMING' ? 'STREAMING' : 'BATCH',
      parallelism: options.parallelism,
      retryTimes: options['job.retry.times'],
      retryIntervalSeconds: options['job.retry.interval.seconds'],
      processingGuarantee:
        options['checkpoint.mode'] === 'AT_LEAST_ONCE' ? 'AT_LEAST_ONCE' : 'EXACTLY_ONCE',
      checkpointMinPauseMs: options['checkpoint.min-pause'],
      ...given('checkpointIntervalMs', options['checkpoint.interval']),
      ...given('checkpointTimeoutMs', options['checkpoint.timeout']),
      ...given('readLimitRowsPerSecond', options['read_limit.rows_per_second']),
      ...given('readLimitBytesPerSecond', options['read_limit.bytes_per_second']),
      ...given('tagFilter', options.tag_filter as JobEnvironment['tagFilter']),
      ...(options['split-brain-protection'] ? { splitBrainProtection: true } : {}),
      deadLetters,
      raw: raw as { readonly [key: string]: JsonValue },
    },
  }
}

const deadLetterPolicy = (options: OptionsOf<typeof ENVIRONMENT_OPTIONS>): DeadLetterPolicy => ({
  mode: options['dead_letter.mode'] as DeadLetterPolicy['mode'],
  ...given('output', options['dead_letter.output']),
  ...given('maxCount', options['dead_letter.max_count']),
  ...given('maxPercent', options['dead_letter.max_percent']),
})

const given = <Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value })

import { option, type OptionsOf } from '../../options/index.ts'

/** The options of a stage in code: they say which one it is, the code has the rest. */
export const STAGE_OPTIONS = {
  stage: option.integer({
    description: 'The position of the stage in the pipeline.',
    required: true,
  }),
  operation: option.string({
    description:
      'What the stage does: map, filter, flatMap, key, mapStateful, rollingAggregate or columns.',
    required: true,
  }),
  columns: option.map(option.string({ description: 'A type.', required: true }), {
    description: 'The types of the columns that the stage declares.',
  }),
} as const

export type StageOptions = OptionsOf<typeof STAGE_OPTIONS>

/** The options of a source in code. */
export const CODE_OPTIONS = {
  stage: option.integer({
    description: 'The position of the source in the pipeline.',
    required: true,
  }),
  name: option.string({ description: 'The name that the code gives it.', required: true }),
  batch: option.boolean({ description: 'Whether it ends by itself.', required: true }),
  distributed: option.boolean({ description: 'Whether it has several instances.', required: true }),
  replayable: option.boolean({ description: 'Whether it saves where it is.', required: true }),
} as const

export type CodeOptions = OptionsOf<typeof CODE_OPTIONS>

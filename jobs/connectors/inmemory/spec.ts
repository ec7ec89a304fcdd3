import { option } from '../../options/index.ts'

const flag = (description: string) => option.boolean({ description, defaultValue: false })

/** The options of InMemory. */
export const IN_MEMORY_OPTIONS = {
  throw_exception: flag('Fails each checkpoint after 4 seconds.'),
  writer_sleep: flag('Blocks at the first row until the job is cancelled.'),
  throw_out_of_memory: flag('Fails at the first row.'),
  checkpoint_sleep: flag('Takes 5 seconds for each checkpoint.'),
  throw_exception_of_committer: flag('Fails each commit.'),
  assert_options_key: option.string({
    description: 'The sink is made only when assert_options_value is the same text.',
  }),
  assert_options_value: option.string({ description: 'What assert_options_key must be.' }),
  throw_runtime_exception_list: option.list(
    option.string({ description: 'A message.', required: true }),
    { description: 'The first row of each run of the job fails with the next of these messages.' },
  ),
}

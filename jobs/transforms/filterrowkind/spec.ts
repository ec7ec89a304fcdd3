import { ROW_KIND_NAMES } from '../../../runtime/rows/index.ts'
import { option } from '../../options/index.ts'

const kind = option.string({ description: 'A row kind.', required: true, values: ROW_KIND_NAMES })

/** The options of FilterRowKind. */
export const FILTER_ROW_KIND_OPTIONS = {
  include_kinds: option.list(kind, { description: 'The row kinds to keep.', example: ['INSERT'] }),
  exclude_kinds: option.list(kind, { description: 'The row kinds to leave out.' }),
}

import { option } from '../../options/index.ts'

/** The options of RowKindExtractor. */
export const ROW_KIND_EXTRACTOR_OPTIONS = {
  custom_field_name: option.string({
    description: 'The column that gets the kind of the row.',
    defaultValue: 'row_kind',
  }),
  transform_type: option.string({
    description: 'SHORT writes +I, -U, +U, -D; FULL writes INSERT, UPDATE_BEFORE and so on.',
    values: ['SHORT', 'FULL'],
    defaultValue: 'SHORT',
  }),
}

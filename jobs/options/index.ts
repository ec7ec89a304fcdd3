export { option } from './builders.ts'
export type { OptionKind, OptionSpec, OptionSpecs, OptionsOf } from './spec.ts'

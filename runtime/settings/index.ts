export { describeConfiguration, type DescribedValue } from './describe.ts'
export { readConfigurationFile, type Role } from './files.ts'
export { configurationJsonSchema } from './jsonSchema.ts'
export { loadConfiguration, type LoadedConfiguration, type LoadOptions } from './load.ts'

export { ENVIRONMENT_OPTIONS } from './environmentBlock.ts'
export { formatOf, type JobFormat } from './formats.ts'
export { readJobAsJson } from './jobJson.ts'
export {
  readJobFile,
  readJobText,
  readJobTree,
  type ReadJob,
  type ReadJobOptions,
} from './readJob.ts'
export { REGISTRIES, type Plugin, type Registries } from './registries.ts'
export { planTables, type StaticTables } from './tables.ts'
export { tablePathsOf } from './tablePaths.ts'
export { specsOf } from './vertices.ts'
export { shadeJobFile, shadeJobText, type ShadedJob } from './shadeFile.ts'

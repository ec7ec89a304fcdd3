export { bundleJob, bundleOf, isCodeFile, type Bundle } from './bundleJob.ts'
export { describeBundle } from './describeBundle.ts'
export { readPipeline } from './readPipeline.ts'

import { CONNECTORS } from '../connectors/index.ts'
import { TRANSFORMS } from '../transforms/index.ts'

/** What can be in a plan: all that job files can name, and the steps of pipelines in code. */
export const PLAN_CONNECTORS: typeof CONNECTORS = new Map(CONNECTORS).set('code', {
  name: 'Code',
  source: async () => (await import('./stages/codeSource.ts')).codeSource,
})

export const PLAN_TRANSFORMS: typeof TRANSFORMS = new Map(TRANSFORMS).set('stage', {
  name: 'Stage',
  load: async () => (await import('./stages/stage.ts')).stagePlugin,
})

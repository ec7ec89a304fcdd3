import { gridStructureContract } from '../../../contract/gridStructures.ts'
import { createHarnessGrid } from '../../../contract/harnessGrid.ts'

gridStructureContract('a fragment and its backup', async () => createHarnessGrid())

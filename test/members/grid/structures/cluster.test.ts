import { afterAll } from 'bun:test'
import { startClusterGrid } from '../../../contract/clusterGrid.ts'
import { gridStructureContract } from '../../../contract/gridStructures.ts'

const { grid, close } = await startClusterGrid()

gridStructureContract('a client of two members', async () => grid)

afterAll(close)

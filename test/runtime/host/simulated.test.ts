import { simulate } from '../../sim/host/index.ts'
import { hostContract } from './contract.ts'

let seed = 0

hostContract('the simulated host', async (run) => {
  seed += 1
  await simulate(seed, async (world) => {
    const machine = world.machine('a')
    await machine.host.disk.makeFolder('/data')
    await run({ host: machine.host, folder: '/data', address: machine.address })
  })
})

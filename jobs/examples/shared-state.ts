// Two programs that share state. Run it twice, in two terminals: bun jobs/examples/shared-state.ts
import { join } from 'tidegate'

await using grid = await join({
  cluster: 'example',
  members: ['127.0.0.1:5811', '127.0.0.1:5812'],
  port: 5811,
  maps: { 'visits*': { backupCount: 1, timeToLiveSeconds: 3600 } },
  queues: { default: { sizeMax: 1000 } },
})

const visits = grid.map<string, number>('visits')
const count = ((await visits.get('front page')) ?? 0) + 1
await visits.set('front page', count)
console.log(`${grid.members().length} members, ${count} visits of the front page`)

const tasks = grid.queue<string>('tasks')
await tasks.put(`look at visit ${count}`)
console.log(`next task: ${await tasks.poll(1000)}`)

import { expect, test } from 'bun:test'
import type { StateShelf } from '../../../jobs/states/index.ts'
import type { TaskCommand, TaskReport } from '../../../jobs/tasks/index.ts'
import { HostedTask } from '../../../jobs/workers/hostedTask.ts'
import { createRealHost } from '../../../runtime/host/index.ts'

const start = () => {
  const reports: TaskReport[] = []
  const commands: TaskCommand[] = []
  const puts: PromiseWithResolvers<void>[] = []
  const put = (): Promise<void> => {
    const done = Promise.withResolvers<void>()
    puts.push(done)
    return done.promise
  }
  let receive: (report: TaskReport) => void = () => undefined
  const task = new HostedTask({
    host: createRealHost(),
    channel: {
      post: (command) => commands.push(command),
      onReport: (receiver) => {
        receive = receiver
      },
      onExit: () => undefined,
      end: () => undefined,
      release: () => undefined,
    },
    name: 'group 0',
    onReport: (report) => reports.push(report),
    grantsArrived: () => undefined,
    states: { shelf: { put } as unknown as StateShelf, nameOf: () => 'state' },
  })
  const progress = (rowCount: number): TaskReport => ({
    kind: 'progress',
    vertices: [{ vertexId: 0, rowCount, byteCount: 0, splitsDone: 0 }],
    rejectedCount: 0,
  })
  /** A chunk of three bytes, then the acknowledgement. */
  const save = (checkpointId: number): void => {
    receive({ kind: 'stateChunk', checkpointId, vertexId: 1, chunk: new Uint8Array(3) })
    receive({ kind: 'acknowledged', checkpointId, states: { 0: 'split', 1: null } })
  }
  const settled = async (): Promise<void> => {
    for (const { promise } of puts) await promise.catch(() => undefined)
    // What waits for the last of them runs before this does.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { task, reports, commands, puts, receive: receive!, progress, save, settled }
}

test('a checkpoint is acknowledged when all chunks lie on the shelf, before later progress', async () => {
  const { task, reports, commands, puts, receive, progress, save, settled } = start()
  receive(progress(1))
  save(4)
  receive(progress(2))
  receive(progress(3))
  expect(reports).toEqual([progress(1)])
  expect(task.status.retained).toEqual([progress(1)])
  puts[0]!.resolve()
  await settled()
  const stored = { kind: 'stored', name: 'state', lengths: [3] }
  expect(reports.slice(1)).toMatchObject([
    { kind: 'acknowledged', checkpointId: 4, states: { 0: 'split', 1: stored } },
    progress(3),
  ])
  expect(task.status.retained.map(({ kind }) => kind)).toContain('acknowledged')
  expect(commands).toMatchObject([{ kind: 'chunkArrived' }])
})

test('a chunk that cannot be stored fails the task, which then acknowledges nothing', async () => {
  const { reports, puts, save, settled } = start()
  save(4)
  puts[0]!.reject(new Error('there is no room'))
  await settled()
  expect(reports).toMatchObject([{ kind: 'failed', error: { message: 'there is no room' } }])
})

test('a task has ended only when no chunk of it is on its way any more', async () => {
  const { task, reports, puts, receive, save, settled } = start()
  save(4)
  let hasEnded = false
  const ended = task.close(true).then(() => {
    hasEnded = true
  })
  receive({ kind: 'closed' })
  await new Promise((resolve) => setImmediate(resolve))
  expect(hasEnded).toBe(false)
  puts[0]!.resolve()
  await settled()
  await ended
  expect(reports).toEqual([])
})

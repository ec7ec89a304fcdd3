import { createRealHost } from '../../../../runtime/host/index.ts'

/** The program that the test of threads compiles: one round trip to a thread, printed. */
const thread = createRealHost().threads.spawn('test/runtime/host/threads/echo.ts')
thread.onMessage((message) => {
  process.stdout.write(String(message))
  void thread.terminate()
})
thread.onExit((error) => {
  if (error !== undefined) process.stdout.write(error.message)
})
thread.post('from a compiled file')

import { createRealHost } from '../../../../runtime/host/index.ts'

/** A thread for tests: sends back what it gets, or does what the text says. */
const { threads, environment } = createRealHost()
threads.parent!.onMessage((message) => {
  if (message === 'fail') throw new Error('failed as asked')
  if (message === 'spin') for (;;);
  threads.parent!.post(message === 'greeting' ? environment.GREETING : message)
})

import { assert } from '../../runtime/errors/index.ts'
import { createRealHost } from '../../runtime/host/index.ts'
import type { TaskCommand } from './messages.ts'
import { TaskIsolate } from './taskIsolate.ts'

const host = createRealHost()
const port = host.threads.parent
assert(port !== undefined, 'the module of an isolate runs in a thread')
const isolate = new TaskIsolate(host, port)
port.onMessage((message) => isolate.handle(message as TaskCommand))

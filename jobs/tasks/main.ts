import { assert } from '../../runtime/errors/index.ts'
import { createRealHost } from '../../runtime/host/index.ts'
import { serveTasks } from './serveTasks.ts'

const host = createRealHost()
const port = host.threads.parent
assert(port !== undefined, 'the module of an isolate runs in a thread')
serveTasks(host, port)

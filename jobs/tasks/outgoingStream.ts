import { EngineError, messageOf } from '../../runtime/errors/index.ts'
import { StreamWriter } from '../../runtime/exchange/index.ts'
import type { Host, Tls } from '../../runtime/host/index.ts'
import type { StreamEdge } from './messages.ts'

/** How long the member of the receiver may take to answer, in milliseconds. */
const dialTimeoutMs = 5000

/** Connects to the isolate that receives an edge; rejects with JOB-020, which may pass. */
export const connectStream = async (
  host: Host,
  edge: StreamEdge,
  tls: Tls | undefined,
  fail: (error: Error) => void,
): Promise<StreamWriter> => {
  try {
    const connection = await host.network.dial(edge.address!, dialTimeoutMs, tls)
    return new StreamWriter({ clock: host.clock, connection, token: edge.token, fail })
  } catch (thrown) {
    const text = `The task on ${edge.address!.host} is not reached: ${messageOf(thrown)}`
    throw new EngineError('JOB-020', text, { retry: 'backoff', cause: thrown })
  }
}

import { EngineError, messageOf } from '../../../runtime/errors/index.ts'
import type { Address, Host } from '../../../runtime/host/index.ts'
import { type Check, type Finding, ill, well } from './check.ts'

export interface PortPlan {
  /** What the port is for, such as `member port`. */
  readonly name: string
  readonly address: Address
  /** How many ports after it may be used when it is taken. */
  readonly range: number
  /** The setting that changes it. */
  readonly setting: string
}

const isFree = async (host: Host, address: Address): Promise<string | undefined> => {
  try {
    const listener = await host.network.listen(address, (connection) => connection.destroy())
    await listener.close()
    return undefined
  } catch (thrown) {
    if (thrown instanceof EngineError) return thrown.message
    throw thrown
  }
}

const checkPort = async (host: Host, plan: PortPlan): Promise<Finding> => {
  const { name, address, range, setting } = plan
  const refusal = await isFree(host, address)
  if (refusal === undefined) return well(name, `${address.host}:${address.port} can be had.`)
  if (address.port !== 0) {
    for (let port = address.port + 1; port <= address.port + range; port += 1) {
      if ((await isFree(host, { ...address, port })) !== undefined) continue
      return well(name, `${address.port} is taken; ${port} will be used.`)
    }
  }
  return ill(
    name,
    'fail',
    `${refusal}.`,
    `Stop what holds the port (a member that runs already?) or set ${setting} to another one.`,
  )
}

/** Can the ports be had? */
export const portChecks =
  (host: Host, plans: readonly PortPlan[]): Check =>
  () =>
    Promise.all(plans.map((plan) => checkPort(host, plan)))

export interface MulticastPlan {
  readonly group: string
  readonly port: number
  readonly interfaceAddress: string | undefined
  /** False where members find each other in another way. */
  readonly isUsed: boolean
}

const ECHO_TIMEOUT_MS = 1000
const WORD_BYTES = 16

/** Whether a datagram to the group comes back; no router passes it on (time to live 1). */
const comesBack = async (host: Host, plan: MulticastPlan): Promise<boolean> => {
  const word = host.random.bytes(WORD_BYTES)
  const heard = Promise.withResolvers<boolean>()
  const socket = await host.network.openDatagrams({
    address: { host: '0.0.0.0', port: 0 },
    multicast: {
      group: plan.group,
      timeToLive: 1,
      loopback: true,
      ...(plan.interfaceAddress === undefined ? {} : { interfaceAddress: plan.interfaceAddress }),
    },
    onMessage: (bytes) => {
      if (Buffer.compare(bytes, word) === 0) heard.resolve(true)
    },
  })
  const timer = host.clock.timer(ECHO_TIMEOUT_MS, () => heard.resolve(false))
  socket.send(word, { host: plan.group, port: socket.address.port })
  const isHeard = await heard.promise
  timer.cancel()
  socket.close()
  return isHeard
}

const MULTICAST_MEND =
  'Allow multicast on the interface (ip link set DEV multicast on, and a route for 224.0.0.0/4), ' +
  'or list the members under network.join.tcp-ip.member-list.'

/** Does the system deliver multicast? */
export const multicastCheck =
  (host: Host, plan: MulticastPlan): Check =>
  async () => {
    const status = plan.isUsed ? 'fail' : 'warn'
    const group = `${plan.group}:${plan.port}`
    try {
      if (await comesBack(host, plan)) {
        return [well('multicast', `Datagrams to ${plan.group} are delivered on this machine.`)]
      }
      const found = `A datagram to ${plan.group} did not come back within ${ECHO_TIMEOUT_MS} ms.`
      return [ill('multicast', status, found, MULTICAST_MEND)]
    } catch (thrown) {
      if (!(thrown instanceof EngineError)) throw thrown
      const found = `The group ${group} cannot be joined: ${messageOf(thrown)}.`
      return [ill('multicast', status, found, MULTICAST_MEND)]
    }
  }

import { spawnSync } from 'node:child_process'

/** A computer on the network: a network namespace with a loopback and one address. */
export interface Machine {
  readonly namespace: string
  readonly address: string
  /** The words before a command that run it there. */
  readonly enter: readonly string[]
  /** Pulls the cable, and plugs it in again. */
  cut(): void
  heal(): void
  /** Plugs the cable into another switch; at first all are at `hub`. */
  plugInto(bridge: Switch): void
}

export interface Lan extends AsyncDisposable {
  readonly machines: readonly Machine[]
}

/** Machines reach those at the same switch. */
type Switch = (typeof SWITCHES)[number]

const SWITCHES = ['hub', 'other'] as const

const ip = (...words: readonly string[]): void => {
  const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`)
}

/** Why there can be no network namespaces here; undefined where they can be made. */
export const lanProblem = (): string | undefined => {
  const probe = `tidegate-probe-${process.pid}`
  const { error, status, stderr } = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' })
  if (error !== undefined) return 'ip (Debian package iproute2) is not installed'
  if (status !== 0) return `ip netns add: ${stderr.trim()}`
  spawnSync('ip', ['netns', 'delete', probe])
  return undefined
}

let lanCount = 0

const addMachine = (hub: string, prefix: string, index: number): Machine => {
  const namespace = `${prefix}-${index}`
  const port = `port${index}`
  const address = `10.77.0.${index}`
  ip('netns', 'add', namespace)
  ip('-n', hub, 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace)
  ip('-n', hub, 'link', 'set', port, 'master', 'hub', 'up')
  ip('-n', namespace, 'link', 'set', 'lo', 'up')
  ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0')
  ip('-n', namespace, 'link', 'set', 'eth0', 'up')
  ip('-n', namespace, 'route', 'add', '224.0.0.0/4', 'dev', 'eth0')
  return {
    namespace,
    address,
    enter: ['ip', 'netns', 'exec', namespace],
    cut: () => ip('-n', hub, 'link', 'set', port, 'down'),
    heal: () => ip('-n', hub, 'link', 'set', port, 'up'),
    plugInto: (bridge) => ip('-n', hub, 'link', 'set', port, 'master', bridge),
  }
}

/** Machines that share a switch and can reach nothing else. */
export const createLan = (count: number): Lan => {
  lanCount += 1
  const prefix = `tidegate-${process.pid}-${lanCount}`
  const hub = `${prefix}-hub`
  ip('netns', 'add', hub)
  for (const bridge of SWITCHES) {
    ip('-n', hub, 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0')
    ip('-n', hub, 'link', 'set', bridge, 'up')
  }
  const machines = Array.from({ length: count }, (_, index) => addMachine(hub, prefix, index + 1))
  return {
    machines,
    [Symbol.asyncDispose]: async () => {
      for (const { namespace } of machines) ip('netns', 'delete', namespace)
      ip('netns', 'delete', hub)
    },
  }
}

/** Below those that systems give to outgoing connections, which could take one at any time. */
const FIRST_PORT = 10_000
const PORT_COUNT = 20_000
const ATTEMPTS = 100

const listenSomewhere = (): Bun.TCPSocketListener<undefined> => {
  for (let attempt = 1; ; attempt += 1) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT)
    try {
      return Bun.listen({ hostname: '127.0.0.1', port, socket: { data: () => {} } })
    } catch (thrown) {
      if (attempt === ATTEMPTS) throw thrown
    }
  }
}

/** Ports that are free at this moment, and that only who asks for one of them gets. */
export const freePorts = (count: number): number[] => {
  const listeners = Array.from({ length: count }, listenSomewhere)
  const ports = listeners.map(({ port }) => port)
  for (const listener of listeners) listener.stop(true)
  return ports
}

export const freePort = (): number => freePorts(1)[0]!

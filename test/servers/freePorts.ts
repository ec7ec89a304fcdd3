/** Ports that are free at this moment. */
export const freePorts = (count: number): number[] => {
  const listeners = Array.from({ length: count }, () =>
    Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => {} } }),
  )
  const ports = listeners.map(({ port }) => port)
  for (const listener of listeners) listener.stop(true)
  return ports
}

export const freePort = (): number => freePorts(1)[0]!

/**
 * Run as a process inside a network: floods the TCP ports and the multicast group of a machine with
 * random bytes. Words: address, TCP ports with commas, multicast group, its port, milliseconds.
 */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'

const [address, ports, group, groupPort, durationMs] = process.argv.slice(2)
const endMs = performance.now() + Number(durationMs)
let sentBytes = 0
let connections = 0

/** Connects, writes until it is cut off or has written enough, and begins anew. */
const floodPort = async (port: number, firstBytes: string): Promise<void> => {
  while (performance.now() < endMs) {
    connections += 1
    await new Promise<void>((resolve) => {
      const socket = connect(port, address)
      socket.on('close', () => resolve())
      socket.on('error', () => {})
      socket.on('data', () => {})
      socket.setTimeout(500, () => socket.destroy())
      socket.write(firstBytes)
      let chunks = 0
      const pump = (): void => {
        while (!socket.destroyed && chunks < 64) {
          chunks += 1
          const bytes = randomBytes(1 + Math.floor(Math.random() * 32_768))
          sentBytes += bytes.length
          if (!socket.write(bytes)) {
            socket.once('drain', pump)
            return
          }
        }
        socket.end()
      }
      pump()
    })
  }
}

const floodGroup = async (): Promise<void> => {
  const socket = createSocket('udp4')
  while (performance.now() < endMs) {
    const bytes = randomBytes(1 + Math.floor(Math.random() * 1400))
    sentBytes += bytes.length
    socket.send(bytes, Number(groupPort), group, () => {})
    if (Math.random() < 0.05) await Bun.sleep(1)
  }
  socket.close()
}

/** Nothing but noise, and noise behind the beginning of something sensible. */
const BEGINNINGS = [
  '',
  'GET / HTTP/1.1\r\nhost: a\r\n',
  'POST /x HTTP/1.1\r\ncontent-length: 9999999999\r\n\r\n',
]

await Promise.all([
  floodGroup(),
  ...ports!.split(',').flatMap((port) => BEGINNINGS.map((text) => floodPort(Number(port), text))),
])
process.stdout.write(JSON.stringify({ sentBytes, connections }))
process.exit(0)

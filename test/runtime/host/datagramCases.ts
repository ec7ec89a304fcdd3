import { expect } from 'bun:test'
import type { Address, Host } from '../../../runtime/host/index.ts'
import { type Cases, codeOf } from './contract.ts'

const GROUP = '224.2.2.3'

const collect = () => {
  const messages: { bytes: number[]; from: Address }[] = []
  const waits: { count: number; resolve: () => void }[] = []
  return {
    messages,
    onMessage: (bytes: Uint8Array, from: Address) => {
      messages.push({ bytes: [...bytes], from })
      for (const wait of waits) if (messages.length >= wait.count) wait.resolve()
    },
    arrived: (count: number): Promise<void> =>
      new Promise((resolve) => {
        if (messages.length >= count) resolve()
        else waits.push({ count, resolve })
      }),
  }
}

const joinGroup = (
  host: Host,
  address: string,
  port: number,
  onMessage: (bytes: Uint8Array, from: Address) => void,
) =>
  host.network.openDatagrams({
    address: { host: '0.0.0.0', port },
    multicast: { group: GROUP, interfaceAddress: address, timeToLive: 1, loopback: true },
    onMessage,
  })

export const datagramCases: Cases = {
  'a datagram reaches its receiver with the address of its sender': async ({ host, address }) => {
    const inbox = collect()
    const at = { host: address, port: 0 }
    const receiver = await host.network.openDatagrams({ address: at, onMessage: inbox.onMessage })
    const sender = await host.network.openDatagrams({ address: at, onMessage: () => {} })
    const buffer = new Uint8Array([1, 2, 3])
    sender.send(buffer, receiver.address)
    buffer.fill(0)
    await inbox.arrived(1)
    expect(inbox.messages).toEqual([{ bytes: [1, 2, 3], from: sender.address }])
    sender.close()
    receiver.close()
  },
  'all who joined a group on one port hear it': async ({ host, address }) => {
    const inboxes = [collect(), collect()]
    const first = await joinGroup(host, address, 0, inboxes[0]!.onMessage)
    const { port } = first.address
    const second = await joinGroup(host, address, port, inboxes[1]!.onMessage)
    first.send(new Uint8Array([9]), { host: GROUP, port })
    await Promise.all(inboxes.map((inbox) => inbox.arrived(1)))
    expect(inboxes.map((inbox) => inbox.messages[0]!.bytes)).toEqual([[9], [9]])
    first.close()
    second.close()
  },
  'a closed socket sends nothing and hears nothing': async ({ host, address }) => {
    const inbox = collect()
    const at = { host: address, port: 0 }
    const receiver = await host.network.openDatagrams({ address: at, onMessage: inbox.onMessage })
    const sender = await host.network.openDatagrams({ address: at, onMessage: () => {} })
    receiver.close()
    receiver.close()
    sender.send(new Uint8Array([1]), receiver.address)
    sender.close()
    sender.send(new Uint8Array([2]), receiver.address)
    await host.clock.sleep(10)
    expect(inbox.messages).toEqual([])
  },
  'a port without multicast is opened once': async ({ host, address }) => {
    const at = { host: address, port: 0 }
    const first = await host.network.openDatagrams({ address: at, onMessage: () => {} })
    const again = host.network.openDatagrams({ address: first.address, onMessage: () => {} })
    expect(await codeOf(again)).toBe('HST-006')
    first.close()
  },
}

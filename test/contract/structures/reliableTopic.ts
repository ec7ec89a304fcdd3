import { expect } from 'bun:test'
import { codeOf, until, type Each } from './suite.ts'

/** What a reliable topic does, in Hazelcast as here. */
export const reliableTopicContract = (each: Each): void => {
  each('tells a listener all that comes after it', async (grid, name) => {
    const topic = grid.reliableTopic(name)
    await topic.publish('before')
    const got: string[] = []
    const subscription = await topic.addMessageListener(({ message }) => void got.push(message))
    for (let index = 0; index < 25; index += 1) await topic.publish(`message ${index}`)
    await topic.publishAll(['last but one', 'last'])
    await until(() => got.length === 27)
    expect(got[0]).toBe('message 0')
    expect(got[24]).toBe('message 24')
    expect(got.slice(25)).toEqual(['last but one', 'last'])
    await subscription.cancel()
    await topic.publish('after')
    expect(got.length).toBe(27)
  })

  each('tells several listeners the same', async (grid, name) => {
    const other = await grid.another()
    const [one, two]: [string[], string[]] = [[], []]
    const subscriptions = [
      await grid.reliableTopic(name).addMessageListener(({ message }) => void one.push(message)),
      await other.reliableTopic(name).addMessageListener(({ message }) => void two.push(message)),
    ]
    await Promise.all([
      grid.reliableTopic(name).publishAll(['a', 'b']),
      other.reliableTopic(name).publishAll(['c', 'd']),
    ])
    await until(() => one.length === 4 && two.length === 4)
    expect(two).toEqual(one)
    for (const subscription of subscriptions) await subscription.cancel()
  })

  each('that is full rejects a message where it shall', async (grid, name) => {
    const topic = grid.reliableTopic(`aging-error-${name}`)
    await topic.publishAll(['a', 'b'])
    expect(await codeOf(topic.publish('c'))).toBe('GRD-030')
    await topic.publish('d').catch(() => {})
  })
}

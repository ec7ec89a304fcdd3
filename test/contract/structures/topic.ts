import { expect } from 'bun:test'
import { until, type Each } from './suite.ts'

/** What a topic does, in Hazelcast as here. */
export const topicContract = (each: Each): void => {
  each('tells all who listen, in one order', async (grid, name) => {
    const other = await grid.another()
    const [one, two]: [string[], string[]] = [[], []]
    await grid.topic(name).publish('too early')
    const subscription = await grid.topic(name).addMessageListener(({ message }) => {
      one.push(message)
    })
    await other.topic(name).addMessageListener(({ message }) => void two.push(message))
    await grid.topic(name).publish('a')
    await other.topic(name).publishAll(['b', 'c'])
    await until(() => one.length === 3 && two.length === 3)
    expect(one).toEqual(['a', 'b', 'c'])
    expect(two).toEqual(one)
    await subscription.cancel()
    await grid.topic(name).publish('d')
    await until(() => two.length === 4)
    expect(one.length).toBe(3)
  })
}

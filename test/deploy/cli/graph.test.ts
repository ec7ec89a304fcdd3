import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { drawGraph } from '../../../deploy/cli/drawing/graph.ts'
import { layersOf } from '../../../deploy/cli/drawing/layers.ts'

const node = (id: number, ...lines: readonly string[]) => ({ id, lines })

describe('the drawing of a graph', () => {
  test('is one line for a chain', () => {
    const nodes = [node(0, 'source', 'x2'), node(1, 'sql'), node(2, 'sink', 'a', 'b')]
    const edges = [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
    ]
    expect(drawGraph(nodes, edges, 80)).toBe(
      `┌────────┐    ┌─────┐    ┌──────┐
│ source ├───▶│ sql ├───▶│ sink │
│ x2     │    └─────┘    │ a    │
└────────┘               │ b    │
                         └──────┘
`,
    )
  })

  test('passes an edge by the layers between', () => {
    const nodes = [node(0, 'a'), node(1, 'b'), node(2, 'c')]
    const edges = [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 0, to: 2 },
    ]
    expect(drawGraph(nodes, edges, 80)).toBe(
      `┌───┐    ┌───┐     ┌───┐
│ a ├─┬─▶│ b ├──┬─▶│ c │
└───┘ │  └───┘  │  └───┘
      │         │
      └─────────┘
`,
    )
  })

  test('gives up when it is wider than the terminal', () => {
    expect(drawGraph([node(0, 'a long name')], [], 10)).toBeUndefined()
    expect(drawGraph([node(0, 'a long name')], [], 15)).toBeDefined()
  })

  test('shows every name of any graph, and layers lead forward only', () => {
    const pairs = (count: number): [number, number][] =>
      Array.from({ length: count }, (_, to) =>
        Array.from({ length: to }, (_, from): [number, number] => [from, to]),
      ).flat()
    const graphs = fc
      .integer({ min: 1, max: 8 })
      .chain((count) => fc.record({ count: fc.constant(count), edges: fc.subarray(pairs(count)) }))
    fc.assert(
      fc.property(graphs, ({ count, edges }) => {
        const nodes = Array.from({ length: count }, (_, id) => node(id, `node${id}`))
        const links = edges.map(([from, to]) => ({ from, to }))
        const drawn = drawGraph(nodes, links, 10_000)!
        for (const { lines } of nodes) expect(drawn).toContain(lines[0]!)
        const { layers, links: steps } = layersOf(nodes, links)
        const depth = (slot: object): number =>
          layers.findIndex((layer) => layer.some((each) => each === slot))
        for (const [from, to] of steps) expect(depth(to)).toBe(depth(from) + 1)
      }),
    )
  })
})

/** A box of a drawing: what stands in it, line by line. */
export interface GraphNode {
  readonly id: number
  readonly lines: readonly string[]
}

export interface GraphEdge {
  readonly from: number
  readonly to: number
}

/** A place in a layer: a node, or `undefined` where an edge passes through. */
export interface LayerSlot {
  readonly node: GraphNode | undefined
}

export interface LayeredGraph {
  /** From left to right; every edge leads from one layer to the next. */
  readonly layers: readonly (readonly LayerSlot[])[]
  readonly links: readonly (readonly [from: LayerSlot, to: LayerSlot])[]
}

/** The longest way to each node from where nothing leads to. The graph must have no cycle. */
const depthsOf = (
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): Map<number, number> => {
  const depths = new Map<number, number>()
  const depthOf = (id: number): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    const inputs = edges.filter((edge) => edge.to === id)
    const depth = Math.max(-1, ...inputs.map((edge) => depthOf(edge.from))) + 1
    depths.set(id, depth)
    return depth
  }
  for (const node of nodes) depthOf(node.id)
  return depths
}

/** Orders a layer by the middle of what leads to it, so that few edges cross. */
const ordered = (
  layer: readonly LayerSlot[],
  before: readonly LayerSlot[],
  links: LayeredGraph['links'],
): LayerSlot[] => {
  const middle = (slot: LayerSlot): number => {
    const inputs = links.filter(([, to]) => to === slot).map(([from]) => before.indexOf(from))
    return inputs.length === 0
      ? before.length
      : inputs.reduce((sum, index) => sum + index, 0) / inputs.length
  }
  return layer.toSorted((left, right) => middle(left) - middle(right))
}

/** Puts nodes in layers, with a slot in every layer that an edge crosses. */
export const layersOf = (
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
): LayeredGraph => {
  const depths = depthsOf(nodes, edges)
  const slots = new Map(nodes.map((node) => [node.id, { node } satisfies LayerSlot]))
  const layerCount = Math.max(-1, ...depths.values()) + 1
  const layers: LayerSlot[][] = Array.from({ length: layerCount }, () => [])
  for (const node of nodes) layers[depths.get(node.id)!]!.push(slots.get(node.id)!)
  const links: [LayerSlot, LayerSlot][] = []
  for (const edge of edges) {
    let previous: LayerSlot = slots.get(edge.from)!
    for (let depth = depths.get(edge.from)! + 1; depth < depths.get(edge.to)!; depth += 1) {
      const passing: LayerSlot = { node: undefined }
      layers[depth]!.push(passing)
      links.push([previous, passing])
      previous = passing
    }
    links.push([previous, slots.get(edge.to)!])
  }
  for (let depth = 1; depth < layerCount; depth += 1) {
    layers[depth] = ordered(layers[depth]!, layers[depth - 1]!, links)
  }
  return { layers, links }
}

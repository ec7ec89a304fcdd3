import { createCanvas, type Canvas } from './canvas.ts'
import {
  layersOf,
  type GraphEdge,
  type GraphNode,
  type LayeredGraph,
  type LayerSlot,
} from './layers.ts'

interface Box {
  readonly row: number
  readonly column: number
  readonly width: number
  readonly height: number
}

const ROWS_BETWEEN = 1
const PADDING = 2
/** The shortest way from box to box: a line out, the lane, the line in and its head. */
const GAP_COLUMNS_MIN = 4

const widthOf = ({ node }: LayerSlot): number =>
  node === undefined
    ? 1
    : Math.max(...node.lines.map((line) => Bun.stringWidth(line))) + 2 * PADDING

const heightOf = ({ node }: LayerSlot): number => (node === undefined ? 1 : node.lines.length + 2)

/** Lines leave and enter at the first text of a box, so that a chain is one straight line. */
const lineRow = (box: Box): number => box.row + (box.height > 1 ? 1 : 0)

/** One lane for each place that lines leave from, so that lines of different places never join. */
const lanesOf = (graph: LayeredGraph, depth: number): Map<LayerSlot, number> => {
  const leaving = graph.layers[depth]!.filter((slot) => graph.links.some(([from]) => from === slot))
  return new Map(leaving.map((slot, lane) => [slot, lane]))
}

const placeBoxes = (graph: LayeredGraph): { boxes: Map<LayerSlot, Box>; columnCount: number } => {
  const boxes = new Map<LayerSlot, Box>()
  let column = 0
  for (const [depth, layer] of graph.layers.entries()) {
    const width = Math.max(...layer.map(widthOf))
    let row = 0
    for (const slot of layer) {
      boxes.set(slot, { row, column, width, height: heightOf(slot) })
      row += heightOf(slot) + ROWS_BETWEEN
    }
    column += width + GAP_COLUMNS_MIN + Math.max(0, lanesOf(graph, depth).size - 1)
  }
  return { boxes, columnCount: column }
}

const drawBox = (canvas: Canvas, slot: LayerSlot, box: Box): void => {
  const right = box.column + box.width - 1
  if (slot.node === undefined) {
    canvas.horizontal(box.row, box.column, right)
    return
  }
  const bottom = box.row + box.height - 1
  canvas.horizontal(box.row, box.column, right)
  canvas.horizontal(bottom, box.column, right)
  canvas.vertical(box.column, box.row, bottom)
  canvas.vertical(right, box.row, bottom)
  for (const [index, line] of slot.node.lines.entries()) {
    canvas.text(box.row + 1 + index, box.column + PADDING, line)
  }
}

const drawLinks = (canvas: Canvas, graph: LayeredGraph, boxes: Map<LayerSlot, Box>): void => {
  for (const depth of graph.layers.keys()) {
    const lanes = lanesOf(graph, depth)
    for (const [from, to] of graph.links) {
      const lane = lanes.get(from)
      if (lane === undefined) continue
      const start = boxes.get(from)!
      const end = boxes.get(to)!
      const right = start.column + start.width - 1
      const turn = right + 2 + lane
      canvas.horizontal(lineRow(start), right, turn)
      canvas.vertical(turn, lineRow(start), lineRow(end))
      canvas.horizontal(lineRow(end), turn, end.column - (to.node === undefined ? 0 : 1))
      if (to.node !== undefined) canvas.text(lineRow(end), end.column - 1, '▶')
    }
  }
}

/**
 * Draws a graph without cycles from left to right. Undefined when it is wider than `columnsMax`.
 */
export const drawGraph = (
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  columnsMax: number,
): string | undefined => {
  if (nodes.length === 0) return ''
  const graph = layersOf(nodes, edges)
  const { boxes, columnCount } = placeBoxes(graph)
  if (columnCount - GAP_COLUMNS_MIN > columnsMax) return undefined
  const rowCount = Math.max(...[...boxes.values()].map((box) => box.row + box.height))
  const canvas = createCanvas(rowCount, columnCount)
  for (const [slot, box] of boxes) drawBox(canvas, slot, box)
  drawLinks(canvas, graph, boxes)
  return canvas.render()
}

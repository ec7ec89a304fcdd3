import { drawGraph } from '../drawing/graph.ts'
import type { GraphNode } from '../drawing/layers.ts'
import { durationText } from '../progress/numbers.ts'
import { renderTable } from '../table.ts'
import type { TextStream } from '../terminal.ts'
import type { ExplainedVertex, Explanation, PathGuarantee } from './explain.ts'

const GUARANTEE_TEXTS: { readonly [Guarantee in PathGuarantee]: string } = {
  'exactly-once': 'each row shows once, also after a crash',
  idempotent: 'rows may be written again after a crash, with the same result',
  'at-least-once': 'no row is lost; after a crash some may show twice',
  'best-effort': 'the source cannot be read again: a crash may lose rows',
}

const TABLES_SHOWN_MAX = 3

const tablesText = ({ tables }: ExplainedVertex): string => {
  if (tables === undefined) return 'tables known when it runs'
  const shown = tables.slice(0, TABLES_SHOWN_MAX).join(', ')
  const more = tables.length - TABLES_SHOWN_MAX
  return more > 0 ? `${shown} and ${more} more` : shown
}

const nodeOf = (vertex: ExplainedVertex): GraphNode => {
  const tables = tablesText(vertex)
  const parallelism = `parallelism ${vertex.parallelism}`
  return { id: vertex.id, lines: [vertex.name, parallelism, ...(tables === '' ? [] : [tables])] }
}

/** For graphs that are wider than the terminal: one line a vertex with what it reads. */
const listGraph = ({ vertices, edges }: Explanation): string =>
  vertices
    .map((vertex) => {
      const inputs = edges.filter((edge) => edge.to === vertex.id)
      const names = inputs.map((edge) => vertices[edge.from]!.name).join(', ')
      const [name, ...details] = nodeOf(vertex).lines
      return `${name}${names === '' ? '' : ` ◀ ${names}`}  (${details.join('; ')})\n`
    })
    .join('')

const GROUP_TEXTS = { enumerator: 'splits', committer: 'commits', rows: 'rows' } as const

const slotRows = (explanation: Explanation): string[][] =>
  explanation.pipelines.flatMap((pipeline) =>
    pipeline.groups.map((group, index) => [
      index === 0 ? `pipeline ${pipeline.id}` : '',
      String(index + 1),
      GROUP_TEXTS[group.kind],
      group.vertices.join(', '),
    ]),
  )

/** The page of `tidegate plan`. */
export const renderExplanation = (explanation: Explanation, stream: TextStream): string => {
  const { name, mode, parallelism, checkpointIntervalMs, paths, pipelines } = explanation
  const { bold } = stream.color
  const checkpoints =
    checkpointIntervalMs === null ? '' : `, checkpoint every ${durationText(checkpointIntervalMs)}`
  const graph = drawGraph(explanation.vertices.map(nodeOf), explanation.edges, stream.columns)
  const guarantees = paths.map(({ source, sink, guarantee }) => [
    source,
    sink,
    guarantee,
    GUARANTEE_TEXTS[guarantee],
  ])
  const slots = pipelines.reduce((sum, pipeline) => sum + pipeline.slots, 0)
  return [
    `${bold(name)}  ${mode}, parallelism ${parallelism}${checkpoints}\n`,
    graph ?? listGraph(explanation),
    renderTable(['From', 'To', 'Guarantee', 'Meaning'], guarantees, stream),
    renderTable([`Slots: ${slots}`, '#', 'Does', 'For'], slotRows(explanation), stream),
  ].join('\n')
}

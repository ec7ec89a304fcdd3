import type { Edge, Plan } from './plan.ts'

export const inputEdges = (plan: Plan, vertexId: number): Edge[] =>
  plan.edges.filter((edge) => edge.to === vertexId)

export const outputEdges = (plan: Plan, vertexId: number): Edge[] =>
  plan.edges.filter((edge) => edge.from === vertexId)

/** The connected components of the graph, each with its vertex ids in ascending order. */
export const pipelinesOf = (plan: Plan): number[][] => {
  const component = plan.vertices.map((vertex) => vertex.id)
  const root = (id: number): number => (component[id] === id ? id : root(component[id]!))
  const join = (left: number, right: number): void => {
    const [low, high] = [root(left), root(right)].sort((a, b) => a - b)
    component[high!] = low!
  }
  for (const edge of plan.edges) join(edge.from, edge.to)
  const { mode, output } = plan.env.deadLetters
  if (mode === 'ROUTE' && output !== undefined) {
    const sinks = plan.vertices.filter((vertex) => vertex.input.includes(output))
    for (const sink of sinks) for (const vertex of plan.vertices) join(sink.id, vertex.id)
  }
  const roots = [...new Set(plan.vertices.map((vertex) => root(vertex.id)))].sort((a, b) => a - b)
  return roots.map((each) =>
    plan.vertices.map((vertex) => vertex.id).filter((id) => root(id) === each),
  )
}

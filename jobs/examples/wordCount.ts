// Counts words as they come; run it with: tidegate run jobs/examples/wordCount.ts
import { aggregates, pipeline, sinks, sources } from 'tidegate'

const LINES = ['the tide comes in', 'the tide goes out', 'the gate is open']

export default pipeline({ name: 'word-count', parallelism: 2 })
  .readFrom(sources.items(LINES))
  .flatMap((line) => line.split(' '))
  .groupingKey((word) => word)
  .rollingAggregate(aggregates.counting())
  .map(([word, count]) => ({ word, count }))
  .columns({ word: 'string', count: 'bigint' })
  .writeTo(sinks.console())

/** Something to count, in the words of Prometheus. The name of a counter ends with `_total`. */
export interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly samples: readonly Sample[]
}

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

export const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  help,
  type: 'gauge',
  samples: [[{}, value]],
})

export const counter = (name: string, help: string, value: number): Metric => ({
  ...gauge(name, help, value),
  type: 'counter',
})

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

/** The text format of Prometheus, version 0.0.4; `common` labels every sample. */
export const metricsText = (
  metrics: readonly Metric[],
  common: Readonly<Record<string, string>>,
): string => {
  const lines = metrics.flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(([labels, value]) => {
      const all = Object.entries({ ...common, ...labels })
      return `${name}{${all.map(([key, text]) => `${key}="${escaped(text)}"`).join(',')}} ${value}`
    }),
  ])
  return `${lines.join('\n')}\n`
}

/** What `metricsText` writes as OpenMetrics, version 1.0.0: it names a counter without the end that its samples have. */
export const openMetricsText = (text: string): string =>
  `${text.replaceAll(/^# (HELP|TYPE) (\S+)_total /gm, '# $1 $2 ')}# EOF\n`

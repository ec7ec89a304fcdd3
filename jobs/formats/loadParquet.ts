/** The parquet format: with its codecs it takes megabytes of an isolate, and most jobs never use it. */
export const loadParquet = () => import('./parquet/index.ts')

export type Parquet = Awaited<ReturnType<typeof loadParquet>>

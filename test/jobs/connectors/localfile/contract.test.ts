import { join } from 'node:path'
import { localFileSink, localFileSource } from '../../../../jobs/connectors/localfile/index.ts'
import { rowTexts } from '../../../contract/rowTexts.ts'
import { sinkContract } from '../../../contract/sinkContract.ts'
import { sourceContract } from '../../../contract/sourceContract.ts'
import { writtenOptions } from '../../../contract/writtenOptions.ts'
import {
  orders,
  ORDERS_SCHEMA,
  ordersTable,
  readRows,
  testFolder,
  writeRows,
} from './fileTables.ts'

const FORMATS = ['csv', 'text', 'json', 'parquet'] as const

for (const format of FORMATS) {
  sinkContract(`LocalFile ${format}`, async () => {
    const folder = await testFolder()
    const target = join(folder.path, 'out')
    return {
      connector: localFileSink,
      options: await writtenOptions(
        localFileSink.options,
        `path = "${target}", tmp_path = "${folder.path}/growing", file_format_type = ${format}`,
      ),
      tables: [ordersTable],
      batches: [orders(1, 7), orders(100, 3), orders(200, 2)],
      visibleRows: () =>
        readRows(`path = "${target}", file_format_type = ${format}, ${ORDERS_SCHEMA}`),
      [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
    }
  })
}

for (const [name, extra] of [
  ['csv', ''],
  ['csv', 'enable_file_split = true, file_split_size = 5000'],
  ['text', 'enable_file_split = true, file_split_size = 5000'],
  ['json', 'enable_file_split = true, file_split_size = 5000'],
  ['json', 'compress_codec = gzip'],
  ['csv', 'encoding = gbk'],
  ['parquet', ''],
] as const) {
  sourceContract(`LocalFile ${name} ${extra}`, async () => {
    const folder = await testFolder()
    const batches = [orders(1, 2500), orders(5000, 2500)]
    const written = extra.includes('split') ? '' : extra
    await writeRows(
      folder.path,
      `path = "${folder.path}/out", file_format_type = ${name}, batch_size = 4000, ${written}`,
      batches,
    )
    return {
      connector: localFileSource,
      options: await writtenOptions(
        localFileSource.options,
        `path = "${folder.path}/out", file_format_type = ${name}, ${ORDERS_SCHEMA}, ${extra}`,
      ),
      rowCount: 5000,
      rows: batches.flatMap(rowTexts),
      [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
    }
  })
}

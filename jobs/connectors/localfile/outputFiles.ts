import { assert } from '../../../runtime/errors/index.ts'
import type { Disk } from '../../../runtime/host/index.ts'
import { selectRows, type Batch } from '../../../runtime/rows/index.ts'
import {
  compressorOf,
  createOutputFile,
  encodeOf,
  loadRowWriters,
  type OutputFile,
  type RowWriterOf,
} from './outputFile.ts'
import { joinPath } from './paths.ts'
import type { FileTarget, SinkOptions } from './targets.ts'

/** Files whose handles are open at one time, whatever the number of partitions. */
const OPEN_FILES_MAX = 64
/** A file is written to the disk in pieces of this size, smaller ones when there are many files. */
const FLUSH_BYTES = 256 * 1024
const PENDING_BYTES_MAX = 32 * 1024 * 1024

/** What is left of a file that is full: the rest of it, with all its buffers, is let go. */
export type FinishedFile = Pick<OutputFile, 'path' | 'folder' | 'part' | 'isWhole'>

/** The growing files of one writer: one for each folder, and those that are full. */
export class OutputFiles {
  readonly #options: SinkOptions
  readonly #disk: Disk
  readonly #folder: string
  readonly #rowsMax: number
  readonly #open = new Map<string, OutputFile>()
  readonly #full: FinishedFile[] = []
  #rowWriterOf: RowWriterOf | null = null
  #fileCount = 0
  #isFolderMade = false

  /** The files grow in `folder`, which is made for the first of them. */
  constructor(options: SinkOptions, disk: Disk, folder: string) {
    this.#options = options
    this.#disk = disk
    this.#folder = folder
    const isWhole = options.single_file_mode || options.file_format_type === 'binary'
    this.#rowsMax = isWhole ? Number.POSITIVE_INFINITY : options.batch_size
  }

  /** Loads what the format needs, before the first row. */
  async load(): Promise<void> {
    this.#rowWriterOf = await loadRowWriters(this.#options)
  }

  /** Takes all rows; null when they only had to be buffered. */
  write(target: FileTarget, partition: string, batch: Batch): Promise<void> | null {
    const file = this.open(target, partition)
    const left = this.#rowsMax - file.rowCount
    if (batch.rowCount > left) return this.#writeOver(target, partition, batch, left)
    file.write(batch)
    const limit = Math.min(FLUSH_BYTES, PENDING_BYTES_MAX / this.#open.size)
    return file.pendingBytes < limit ? null : this.#flush(file)
  }

  /** The file that rows of a folder go to now. */
  open(target: FileTarget, partition: string): OutputFile {
    const folder = joinPath(target.folder, partition)
    const found = this.#open.get(folder)
    if (found !== undefined) return found
    assert(this.#rowWriterOf !== null, 'the format is loaded before rows are written')
    const file = createOutputFile({
      disk: this.#disk,
      path: joinPath(this.#folder, String(this.#fileCount)),
      folder,
      part: this.#full.filter((one) => one.folder === folder).length,
      isWhole: target.format === 'binary',
      writer: this.#rowWriterOf(target),
      encode: encodeOf(this.#options, target),
      compressor: compressorOf(this.#options, target),
    })
    this.#fileCount += 1
    this.#open.set(folder, file)
    return file
  }

  /** Ends all files and makes them survive a crash; the next rows begin new ones. */
  async finish(): Promise<readonly FinishedFile[]> {
    for (const file of this.#open.values()) await this.#finishFile(file)
    if (this.#full.length > 0) await this.#disk.syncFolder(this.#folder)
    this.#isFolderMade = false
    return this.#full.splice(0)
  }

  /** Gives all handles back; the files stay. */
  async close(): Promise<void> {
    for (const file of this.#open.values()) await file.release()
  }

  /** Removes all that is not finished. */
  async remove(): Promise<void> {
    const open = [...this.#open.values()]
    const full = this.#full.splice(0)
    this.#open.clear()
    for (const file of open) await file.release().catch(() => undefined)
    for (const { path } of [...open, ...full]) await this.#disk.remove(path)
  }

  /** Fills the current file, then goes on in the next one. */
  async #writeOver(
    target: FileTarget,
    partition: string,
    batch: Batch,
    left: number,
  ): Promise<void> {
    const file = this.open(target, partition)
    if (left > 0) file.write(rowsBetween(batch, 0, left))
    await this.#finishFile(file)
    await this.write(target, partition, rowsBetween(batch, left, batch.rowCount))
  }

  async #flush(file: OutputFile): Promise<void> {
    await this.#makeFolder()
    if (!file.isOpen) {
      const open = [...this.#open.values()].filter((one) => one.isOpen)
      if (open.length >= OPEN_FILES_MAX) await open[0]!.release()
    }
    await file.flush()
  }

  async #finishFile(file: OutputFile): Promise<void> {
    await this.#makeFolder()
    await file.finish()
    const { path, folder, part, isWhole } = file
    this.#open.delete(folder)
    this.#full.push({ path, folder, part, isWhole })
  }

  async #makeFolder(): Promise<void> {
    if (this.#isFolderMade) return
    await this.#disk.makeFolder(this.#folder)
    this.#isFolderMade = true
  }
}

const rowsBetween = (batch: Batch, from: number, to: number): Batch => {
  if (from === 0 && to === batch.rowCount) return batch
  const indices = Int32Array.from({ length: to - from }, (_, index) => from + index)
  return selectRows(batch, indices, to - from)
}

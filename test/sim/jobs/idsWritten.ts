import type { Host } from '../../../runtime/host/index.ts'

/** The first column of every row below `/out`, in order. */
export const idsWritten = async ({ disk }: Host): Promise<number[]> => {
  const ids: number[] = []
  for (const { name } of await disk.list('/out')) {
    const text = new TextDecoder().decode(await disk.readFile(`/out/${name}`))
    for (const line of text.split('\n')) if (line !== '') ids.push(Number(line.split(',')[0]))
  }
  return ids.sort((left, right) => left - right)
}

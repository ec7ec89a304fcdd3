import { expect } from 'bun:test'
import type { Disk } from '../../../runtime/host/index.ts'
import { type Cases, codeOf, failureOf } from './contract.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (content: Uint8Array): string => new TextDecoder().decode(content)

const put = async (disk: Disk, path: string, content: string): Promise<void> => {
  const file = await disk.open(path, 'write')
  await file.write(bytes(content))
  await file.close()
}

export const diskCases: Cases = {
  'a file holds what was written to it, piece by piece': async ({ host: { disk }, folder }) => {
    const file = await disk.open(`${folder}/a`, 'write')
    await file.write(bytes('one '))
    await file.write(bytes('two'))
    await file.sync()
    await file.close()
    expect(text(await disk.readFile(`${folder}/a`))).toBe('one two')
    expect((await disk.stat(`${folder}/a`))?.sizeBytes).toBe(7)
  },
  'opening to write empties a file, to append keeps it, to update overwrites from the start':
    async ({ host: { disk }, folder }) => {
      await put(disk, `${folder}/a`, 'long content')
      await put(disk, `${folder}/a`, 'abc')
      const appended = await disk.open(`${folder}/a`, 'append')
      await appended.write(bytes('def'))
      await appended.close()
      const updated = await disk.open(`${folder}/a`, 'update')
      await updated.write(bytes('X'))
      await updated.close()
      expect(text(await disk.readFile(`${folder}/a`))).toBe('Xbcdef')
    },
  'a read starts anywhere and returns 0 at the end': async ({ host: { disk }, folder }) => {
    await put(disk, `${folder}/a`, '0123456789')
    const file = await disk.open(`${folder}/a`, 'read')
    const target = new Uint8Array(4)
    expect(await file.read(target, 8)).toBe(2)
    expect(text(target.subarray(0, 2))).toBe('89')
    expect(await file.read(target, 3)).toBe(4)
    expect(text(target)).toBe('3456')
    expect(await file.read(target, 10)).toBe(0)
    await file.close()
  },
  'a cut file goes on at its new end': async ({ host: { disk }, folder }) => {
    const file = await disk.open(`${folder}/a`, 'write')
    await file.write(bytes('0123456789'))
    await file.truncate(4)
    await file.write(bytes('x'))
    await file.close()
    expect(text(await disk.readFile(`${folder}/a`))).toBe('0123x')
  },
  'what is missing is told with its path': async ({ host: { disk }, folder }) => {
    const path = `${folder}/none/a`
    expect(await codeOf(disk.readFile(path))).toBe('HST-001')
    expect(await codeOf(disk.open(path, 'write'))).toBe('HST-001')
    expect(await codeOf(disk.open(path, 'update'))).toBe('HST-001')
    expect(await codeOf(disk.open(path, 'read'))).toBe('HST-001')
    expect(await codeOf(disk.list(`${folder}/none`))).toBe('HST-001')
    expect(await codeOf(disk.rename(path, `${folder}/b`))).toBe('HST-001')
    expect(await disk.stat(path)).toBeUndefined()
    expect((await failureOf(disk.readFile(path))).message).toBe(`"${path}" does not exist`)
  },
  'a folder where a file belongs is an error of the disk': async ({ host: { disk }, folder }) => {
    await disk.makeFolder(`${folder}/sub`)
    expect(await codeOf(disk.readFile(`${folder}/sub`))).toBe('HST-004')
    expect(await codeOf(disk.writeFileAtomically(`${folder}/sub`, bytes('x')))).toBe('HST-004')
    expect((await disk.list(folder)).map((entry) => entry.name)).toEqual(['sub'])
  },
  'a folder lists its entries in name order': async ({ host: { disk }, folder }) => {
    await put(disk, `${folder}/b`, '')
    await put(disk, `${folder}/a2`, '')
    await disk.makeFolder(`${folder}/a10/deep`)
    await disk.makeFolder(`${folder}/a10/deep`)
    expect(await disk.list(folder)).toEqual([
      { name: 'a10', isFolder: true },
      { name: 'a2', isFolder: false },
      { name: 'b', isFolder: false },
    ])
    expect((await disk.stat(`${folder}/a10/deep`))?.isFolder).toBe(true)
  },
  'a rename replaces its target': async ({ host: { disk }, folder }) => {
    await put(disk, `${folder}/a`, 'new')
    await put(disk, `${folder}/b`, 'old')
    await disk.rename(`${folder}/a`, `${folder}/b`)
    await disk.syncFolder(folder)
    expect(text(await disk.readFile(`${folder}/b`))).toBe('new')
    expect((await disk.list(folder)).map((entry) => entry.name)).toEqual(['b'])
  },
  'a file written atomically is there whole and alone': async ({ host: { disk }, folder }) => {
    await disk.writeFileAtomically(`${folder}/a`, bytes('first'))
    await disk.writeFileAtomically(`${folder}/a`, bytes('second'))
    expect(text(await disk.readFile(`${folder}/a`))).toBe('second')
    expect((await disk.list(folder)).map((entry) => entry.name)).toEqual(['a'])
    const missing = disk.writeFileAtomically(`${folder}/none/a`, bytes('x'))
    expect(await codeOf(missing)).toBe('HST-001')
  },
  'a locked file has one holder until it is released': async ({ host: { disk }, folder }) => {
    const lock = await disk.lock(`${folder}/lock`)
    expect(lock).toBeDefined()
    expect(await disk.lock(`${folder}/lock`)).toBeUndefined()
    const other = await disk.lock(`${folder}/other`)
    other?.release()
    lock?.release()
    const again = await disk.lock(`${folder}/lock`)
    expect(again).toBeDefined()
    again?.release()
    expect(await codeOf(disk.lock(`${folder}/none/lock`))).toMatch(/^HST-00[14]$/)
  },
  'removing takes all inside and minds nothing missing': async ({ host: { disk }, folder }) => {
    await disk.makeFolder(`${folder}/sub/deep`)
    await put(disk, `${folder}/sub/deep/a`, 'x')
    await disk.remove(`${folder}/sub`)
    await disk.remove(`${folder}/sub`)
    expect(await disk.list(folder)).toEqual([])
  },
}

import { expect, test } from 'bun:test'
import { diskOf, read, valueOf } from './read.ts'

test('an included file is merged in place, its names below it first', async () => {
  const disk = diskOf({
    'sub/x.conf': 'p = 1, q = ${p}, r = ${top}',
    'y.json': '{ "a.b": 2 }',
    'sub/z.conf': 'include "../y.json"\nz = 3',
  })
  const text = `top = t
    inner { include "sub/x.conf", p = 9 }
    include "y"
    include file("sub/z.conf")`
  expect(await valueOf(text, { disk })).toEqual({
    top: 't',
    inner: { p: 9, q: 9, r: 't' },
    'a.b': 2,
    z: 3,
  })
})

test('problems of an included file have its name; a missing one is a warning or an error', async () => {
  const disk = diskOf({ 'x.conf': 'a = b:c' })
  const text = 'include "x.conf"\ninclude "gone"\ninclude required("gone.conf")'
  const { problems } = await read(text, { disk })
  expect(problems.map((each) => each.slice(0, 22))).toEqual([
    'x.conf:1:6 CFG-001 `:`',
    't:2:1 CFG-007 The incl',
    't:3:1 CFG-007 The incl',
  ])
})

test('circles, addresses and texts without a file are refused', async () => {
  const disk = diskOf({ t: 'include "x"', x: 'include "t"' })
  expect((await read('include "x"', { disk })).problems.join()).toContain(
    'includes itself: t > x > t',
  )
  const url = 'include url("http://localhost/a")'
  expect((await read(url, { disk })).problems.join()).toContain('is not supported')
  expect((await read('include classpath("a")', { disk })).problems.join()).toContain(
    'not supported',
  )
  expect((await read('include "x"')).problems.join()).toContain('did not come from a file')
})

test('files that include each other many times are bounded', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 15 }, (_, level) => [`f${level}`, `include "f${level + 1}"\n`.repeat(4)]),
  )
  const { problems } = await read('include "f0"', { disk: diskOf(files) })
  expect(problems.join()).toContain('Too many includes')
})

import { expect, test } from 'bun:test'
import { parseVariables } from '../../../deploy/cli/running/variables.ts'

test.each([
  [['a=1'], { a: '1' }],
  [['a=1,b=2', 'c=3'], { a: '1', b: '2', c: '3' }],
  [['a="x,y",b=\'p,q\''], { a: 'x,y', b: 'p,q' }],
  [['url=http://host?x=1'], { url: 'http://host?x=1' }],
  [['empty='], { empty: '' }],
  [['a=1', 'a=2'], { a: '2' }],
])('%j are read', (values, variables) => {
  expect(parseVariables(values)).toEqual(variables)
})

test.each([['novalue'], ['=1'], ['a=1,b']])('%s is refused', (value) => {
  expect(() => parseVariables([value])).toThrow('has no name or no value')
})

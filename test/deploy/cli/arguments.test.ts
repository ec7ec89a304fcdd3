import { describe, expect, test } from 'bun:test'
import { parseArguments } from '../../../deploy/cli/arguments.ts'
import { defineCommand, formatFlag } from '../../../deploy/cli/command.ts'
import { ExitCode } from '../../../deploy/cli/exitCodes.ts'

const command = defineCommand({
  description: 'Takes everything.',
  operands: [
    { name: 'FILE', description: 'a file', required: true },
    { name: 'MORE', description: 'more files', required: false, repeated: true },
  ],
  flags: {
    format: formatFlag,
    variable: { kind: 'list', short: 'i', description: 'a variable' },
    name: { kind: 'text', short: 'n', description: 'a name', aliases: ['job-name'] },
    cancel: { kind: 'text', short: 'can', description: 'an id' },
    strict: { kind: 'switch', description: 'strict' },
  },
  examples: [],
  run: async () => ExitCode.finished,
})

const parse = (...words: readonly string[]) => parseArguments(words, command)

describe('arguments', () => {
  test('reads every spelling of a flag', () => {
    expect(parse('a', '--name', 'x').flags['name']).toBe('x')
    expect(parse('a', '--name=x=y').flags['name']).toBe('x=y')
    expect(parse('a', '--job-name', 'x').flags['name']).toBe('x')
    expect(parse('a', '-n', 'x').flags['name']).toBe('x')
    expect(parse('a', '-nx').flags['name']).toBe('x')
    expect(parse('a', '-can', '7').flags['cancel']).toBe('7')
  })

  test('fills in what is not given', () => {
    expect(parse('a')).toEqual({
      operands: ['a'],
      flags: { format: 'text', variable: [], name: undefined, cancel: undefined, strict: false },
      help: false,
    })
  })

  test('collects a flag that is given several times, also after the operands', () => {
    expect(parse('-i', 'a=1', 'file', '-i', 'b=-2').flags['variable']).toEqual(['a=1', 'b=-2'])
  })

  test('takes all words after -- as operands', () => {
    expect(parse('--strict', '--', '--name', '-n').operands).toEqual(['--name', '-n'])
  })

  test('lets help win over every mistake', () => {
    expect(parse('--nonsense', '--help').help).toBe(true)
  })

  test.each([
    [['a', '--fromat', 'json'], 'The option --fromat is unknown. Did you mean --format?'],
    [
      ['a', '--format', 'jsno'],
      '--format cannot be jsno; it is one of text, json. Did you mean json?',
    ],
    [['a', '-n'], '-n needs a value.'],
    [['a', '--strict=yes'], '--strict takes no value.'],
    [[], 'FILE is missing: a file.'],
  ])('refuses %j', (words, sentence) => {
    expect(() => parse(...words)).toThrow(sentence)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createWorkspace, HELLO, type Workspace } from '../tidegate.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await createWorkspace()
  await workspace.write('hello.conf', HELLO)
  await workspace.write('wrong.conf', HELLO.replace('FakeSource', 'FakeSorce'))
})
afterAll(() => workspace[Symbol.asyncDispose]())

describe('run', () => {
  test('shows rows on stdout and the statistics on stderr', async () => {
    const { exitCode, out, err } = await workspace.run('run', 'hello.conf')
    expect(err).toMatch(/Start Time +: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n/)
    expect(err).toMatch(/Total Read Count +: 10\n/)
    expect(err).toMatch(/Total Write Count +: 10\n/)
    expect(err).toMatch(/Total Failed Count +: 0\n/)
    expect(out.match(/SeaTunnelRow#kind=INSERT/g)).toHaveLength(10)
    expect(exitCode).toBe(0)
  })

  test('ends stdout with one JSON object when asked to', async () => {
    const { exitCode, out } = await workspace.run('run', 'hello.conf', '--format', 'json')
    const result: unknown = JSON.parse(out.trimEnd().split('\n').at(-1)!)
    expect(result).toMatchObject({
      name: 'hello',
      status: 'FINISHED',
      readCount: 10,
      writeCount: 10,
      failedCount: 0,
      error: null,
    })
    expect(exitCode).toBe(0)
  })

  test('takes a name and an id', async () => {
    const words = ['-n', 'other', '--set-job-id', 'id-7', '--format', 'json']
    const { out } = await workspace.run('run', 'hello.conf', ...words)
    const result: unknown = JSON.parse(out.trimEnd().split('\n').at(-1)!)
    expect(result).toMatchObject({ name: 'other', jobId: 'id-7' })
  })

  test('fills in variables', async () => {
    await workspace.write('variables.conf', HELLO.replace('row.num = 10', 'row.num = ${rows}'))
    const words = ['-i', 'name="a,b",rows=3', '--format', 'json']
    const { out } = await workspace.run('run', 'variables.conf', ...words)
    expect(out).toContain('"readCount":3,')
  })

  test('ends with 1 and a sentence when the job fails', async () => {
    const rules = 'Assert { rules { row_rules = [{ rule_type = MIN_ROW, rule_value = 11 }] } }'
    await workspace.write('fails.conf', HELLO.replace('Console {}', rules))
    const { exitCode, out, err } = await workspace.run('run', 'fails.conf')
    expect(err).toMatch(/^error .*AST-\d{3} .*$/m)
    expect(err).not.toMatch(/^\s+at /m)
    expect(out).not.toContain('error')
    expect(exitCode).toBe(1)
  })
})

describe('the flags of seatunnel.sh', () => {
  test('run a job', async () => {
    const { exitCode, out } = await workspace.run('-c', 'hello.conf', '-m', 'local', '-n', 'x')
    expect(out.match(/SeaTunnelRow#kind=INSERT/g)).toHaveLength(10)
    expect(exitCode).toBe(0)
  })

  test('check a job without running it', async () => {
    const good = await workspace.run('--config', 'hello.conf', '--check')
    expect(good).toEqual({ exitCode: 0, out: 'hello.conf is valid.\n', err: '' })
    const bad = await workspace.run('--config', 'wrong.conf', '--check')
    expect(bad.err).toContain('PLN-002')
    expect(bad.exitCode).toBe(2)
  })
})

describe('hidden values', () => {
  test('are encrypted and decrypted again', async () => {
    await workspace.write(
      'open.conf',
      'env { shade.identifier = base64 }\n' +
        'source { FakeSource { schema { fields { id = int } } } }\n' +
        'sink { Jdbc { url = "jdbc:sqlite:x.db", password = "swordfish" } }\n',
    )
    const hidden = await workspace.run('-c', 'open.conf', '--encrypt')
    expect(hidden.out).not.toContain('swordfish')
    await workspace.write('hidden.json', hidden.out)
    const shown = await workspace.run('-c', 'hidden.json', '--decrypt')
    expect(shown.out).toContain('"swordfish"')
    expect(shown.exitCode).toBe(0)
  })
})

describe('lint', () => {
  test('says nothing about a good file', async () => {
    expect(await workspace.run('lint', 'hello.conf')).toEqual({ exitCode: 0, out: '', err: '' })
  })

  test('reports every file on stdout and ends with 1', async () => {
    const { exitCode, out } = await workspace.run('lint', 'wrong.conf', 'hello.conf', 'none.conf')
    expect(out).toMatch(/^wrong\.conf:3:10 PLN-002 .*\nnone\.conf(:1:1)? HST-001 .*\n$/)
    expect(exitCode).toBe(1)
  })

  test('speaks JSON and the commands of GitHub', async () => {
    const json = await workspace.run('lint', 'wrong.conf', '--format', 'json')
    expect(JSON.parse(json.out)).toMatchObject([
      { severity: 'error', code: 'PLN-002', at: { file: 'wrong.conf', line: 3, column: 10 } },
    ])
    const github = await workspace.run('lint', 'wrong.conf', '--format', 'github')
    expect(github.out).toMatch(/^::error file=wrong\.conf,line=3,col=10,title=PLN-002::.+\n$/)
  })
})

describe('plan', () => {
  test('draws the graph, the guarantee and the slots', async () => {
    const { exitCode, out } = await workspace.run('plan', 'hello.conf')
    expect(out).toContain('│ Source[0]-FakeSource ├───▶│ Sink[0]-Console')
    expect(out).toContain('at-least-once')
    expect(out).toContain('Slots: 2')
    expect(exitCode).toBe(0)
  })

  test('speaks JSON', async () => {
    const { out } = await workspace.run('plan', 'hello.conf', '--format', 'json')
    expect(JSON.parse(out)).toMatchObject({
      name: 'hello',
      mode: 'BATCH',
      pipelines: [{ id: 1, slots: 2 }],
    })
  })

  test('says what barriers without alignment make of a guarantee', async () => {
    const guaranteeOf = async (mode: string): Promise<string> => {
      const text = `
        env { ${mode} }
        source { LocalFile { path = in, file_format_type = text, schema { fields { a = int } } } }
        sink { LocalFile { path = out } }`
      await workspace.write('files.conf', text)
      const { out } = await workspace.run('plan', 'files.conf', '--format', 'json')
      return (JSON.parse(out) as { paths: { guarantee: string }[] }).paths[0]!.guarantee
    }
    expect(await guaranteeOf('')).toBe('exactly-once')
    expect(await guaranteeOf('checkpoint.mode = AT_LEAST_ONCE')).toBe('at-least-once')
    expect(await guaranteeOf('processing-guarantee = AT_LEAST_ONCE')).toBe('at-least-once')
  })
})

describe('what Tidegate tells of itself', () => {
  test('every verb has help', async () => {
    const main = await workspace.run('--help')
    const verbs = [...main.out.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, verb]) => verb!)
    expect(verbs).toContain('run')
    for (const verb of verbs) {
      const help = await workspace.run(verb, '--help')
      expect(help.out).toContain(`tidegate ${verb}`)
      expect(help.exitCode).toBe(0)
    }
  })

  test('a skeleton that create writes has no mistakes', async () => {
    const { out } = await workspace.run('create', 'fakesource', 'Sql', 'Console')
    await workspace.write('created.conf', out)
    expect(await workspace.run('lint', 'created.conf')).toMatchObject({ exitCode: 0, out: '' })
  })

  test('the schema of jobs is a JSON Schema that names every connector', async () => {
    const { out } = await workspace.run('schema', 'job')
    expect(JSON.parse(out)).toMatchObject({ type: 'object', required: ['source', 'sink'] })
    const connectors = await workspace.run('list', 'connectors', '--format', 'json')
    for (const { name } of JSON.parse(connectors.out) as { name: string }[]) {
      expect(out).toContain(`"${name}"`)
      expect((await workspace.run('docs', name)).out).toContain(`# ${name} (`)
    }
  })

  test('the completions of bash know verbs, options and values', async () => {
    const { out } = await workspace.run('completions', 'bash')
    const complete = (...words: readonly string[]): string => {
      const script =
        `${out}\nCOMP_WORDS=(tidegate "$@"); COMP_CWORD=$#; _tidegate; ` +
        'printf "%s " "${COMPREPLY[@]}"'
      return Bun.spawnSync(['bash', '-c', script, 'bash', ...words]).stdout.toString()
    }
    expect(complete('pl')).toBe('plan ')
    expect(complete('run', '--form')).toBe('--format ')
    expect(complete('list', 'tr')).toBe('transforms ')
  })

  test('a reader that goes away is no error', async () => {
    const command = `"$@" list codes | head -1`
    const words = [process.execPath, `${import.meta.dir}/../../../deploy/cli/main.ts`]
    const shell = Bun.spawnSync(['bash', '-o', 'pipefail', '-c', command, 'bash', ...words])
    expect(shell.stderr.toString()).toBe('')
    expect(shell.exitCode).toBe(0)
  })
})

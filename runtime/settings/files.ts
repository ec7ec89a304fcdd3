import { type ConfigNode, decodeText, readHocon, readXml, readYaml } from '../config/index.ts'
import type { Diagnostics } from '../errors/index.ts'
import type { Disk, Environment } from '../host/index.ts'
import { FILE_VARIABLES } from './overrides.ts'

export type Role = 'master' | 'worker' | 'master_and_worker'

/** The files of a role, a later one on top; of each row the first that is there is read. */
const filesOf = (
  role: Role,
): readonly { readonly variable: string; readonly names: readonly string[] }[] => {
  const own =
    role === 'master_and_worker' ? [] : [`hazelcast-${role}.yaml`, `hazelcast-${role}.yml`]
  return [
    { variable: FILE_VARIABLES.seatunnel, names: ['seatunnel.yaml', 'seatunnel.yml'] },
    {
      variable: FILE_VARIABLES.hazelcast,
      names: [...own, 'hazelcast.xml', 'hazelcast.yaml', 'hazelcast.yml'],
    },
    { variable: FILE_VARIABLES.client, names: ['hazelcast-client.yaml', 'hazelcast-client.xml'] },
    { variable: FILE_VARIABLES.tidegate, names: ['tidegate.yaml', 'tidegate.yml'] },
  ]
}

/** Reads the files of a role: those that variables name, else those in the first folder that has one. */
export const readFiles = async (
  disk: Pick<Disk, 'stat' | 'readFile'>,
  environment: Environment,
  role: Role,
  folders: readonly string[],
  diagnostics: Diagnostics,
): Promise<ConfigNode[]> => {
  const trees: ConfigNode[] = []
  for (const { variable, names } of filesOf(role)) {
    const named = environment[variable]
    const candidates =
      named === undefined || named === ''
        ? folders.flatMap((folder) =>
            names.map((name) => (folder === '' ? name : `${folder}/${name}`)),
          )
        : [named]
    for (const path of candidates) {
      const isThere = path === named || (await disk.stat(path)) !== undefined
      if (!isThere) continue
      trees.push(await readConfigurationFile(disk, path, diagnostics))
      break
    }
  }
  return trees
}

/** Reads one file by its suffix: YAML, XML, JSON, else HOCON. */
export const readConfigurationFile = async (
  disk: Pick<Disk, 'stat' | 'readFile'>,
  path: string,
  diagnostics: Diagnostics,
): Promise<ConfigNode> => {
  const at = { file: path, line: 1, column: 1 }
  try {
    const text = decodeText(await disk.readFile(path), path)
    if (/\.ya?ml$/i.test(path)) return await readYaml(text, path, diagnostics)
    if (/\.xml$/i.test(path)) return await readXml(text, path, diagnostics)
    return await readHocon(text, path, diagnostics, { disk, json: /\.json$/i.test(path) })
  } catch (thrown) {
    diagnostics.caught(thrown, at)
    return { kind: 'object', at, entries: new Map() }
  }
}

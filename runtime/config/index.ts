export {
  toJson,
  type ConfigArray,
  type ConfigEntry,
  type ConfigNode,
  type ConfigObject,
  type ConfigScalar,
  type JsonValue,
} from './nodes.ts'
export { placesIn, readHocon, readHoconValue, type HoconOptions } from './hocon/index.ts'
export { readXml } from './xml/index.ts'
export { readYaml } from './yaml/index.ts'
export { decodeText, TEXT_BYTES_MAX } from './text.ts'

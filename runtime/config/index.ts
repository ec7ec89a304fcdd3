export {
  toJson,
  type ConfigArray,
  type ConfigEntry,
  type ConfigNode,
  type ConfigObject,
  type ConfigScalar,
  type JsonValue,
} from './nodes.ts'

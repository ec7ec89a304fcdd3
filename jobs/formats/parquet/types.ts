import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'
import { column, type Column, type DataType, type Field } from '../../../runtime/rows/index.ts'
import { TYPES_KEY } from './footer.ts'

/** The columns of a file: as the writer kept them when it was ours, else as parquet tells. */
export const columnsOf = (metadata: FileMetaData, root: SchemaTree): readonly Column[] => {
  const own = metadata.key_value_metadata?.find((entry) => entry.key === TYPES_KEY)?.value
  const types = own === undefined ? null : (JSON.parse(own) as readonly DataType[])
  return root.children.map((child, index) =>
    column(child.element.name, types?.[index] ?? typeOf(child)),
  )
}

const typeOf = (tree: SchemaTree): DataType => {
  const { element, children } = tree
  const type = children.length === 0 ? leafType(element) : groupType(tree)
  // A repeated field outside of a list is a list of its own.
  return element.repetition_type === 'REPEATED' ? { kind: 'array', element: type } : type
}

const groupType = ({ element, children }: SchemaTree): DataType => {
  const kind = element.converted_type ?? element.logical_type?.type
  const repeated = children[0]
  if (kind === 'LIST' && repeated !== undefined) {
    const item = repeated.children.length === 1 ? repeated.children[0]! : repeated
    return { kind: 'array', element: item === repeated ? plainType(repeated) : typeOf(item) }
  }
  if ((kind === 'MAP' || kind === 'MAP_KEY_VALUE') && repeated?.children.length === 2) {
    const [key, value] = repeated.children
    return { kind: 'map', key: typeOf(key!), value: typeOf(value!) }
  }
  return { kind: 'row', fields: children.map(fieldOf) }
}

/** The type of a repeated group of an old list, whose element it is. */
const plainType = ({ element, children }: SchemaTree): DataType =>
  children.length === 0 ? leafType(element) : { kind: 'row', fields: children.map(fieldOf) }

const fieldOf = (tree: SchemaTree): Field => ({ name: tree.element.name, type: typeOf(tree) })

const leafType = (element: SchemaElement): DataType => {
  const { type, converted_type: converted, logical_type: logical } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    return { kind: 'decimal', precision: element.precision ?? 38, scale: element.scale ?? 0 }
  }
  if (logical?.type === 'NULL') return { kind: 'null' }
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean' }
    case 'INT32':
      return int32Type(converted ?? '', logical)
    case 'INT64':
      if (converted?.startsWith('TIMESTAMP') || logical?.type === 'TIMESTAMP')
        return { kind: 'timestamp' }
      if (converted === 'TIME_MICROS' || logical?.type === 'TIME') return { kind: 'time' }
      return converted === 'UINT_64'
        ? { kind: 'decimal', precision: 20, scale: 0 }
        : { kind: 'bigint' }
    case 'INT96':
      return { kind: 'timestamp' }
    case 'FLOAT':
      return { kind: 'float' }
    case 'DOUBLE':
      return { kind: 'double' }
    default:
      return isText(element) ? { kind: 'string' } : { kind: 'bytes' }
  }
}

const int32Type = (converted: string, logical: SchemaElement['logical_type']): DataType => {
  if (converted === 'DATE' || logical?.type === 'DATE') return { kind: 'date' }
  if (converted === 'TIME_MILLIS' || logical?.type === 'TIME') return { kind: 'time' }
  switch (converted) {
    case 'INT_8':
      return { kind: 'tinyint' }
    case 'INT_16':
    case 'UINT_8':
      return { kind: 'smallint' }
    case 'UINT_32':
      return { kind: 'bigint' }
    default:
      return { kind: 'int' }
  }
}

const isText = ({ converted_type: converted, logical_type: logical }: SchemaElement): boolean =>
  converted === 'UTF8' ||
  converted === 'ENUM' ||
  converted === 'JSON' ||
  logical?.type === 'STRING' ||
  logical?.type === 'ENUM' ||
  logical?.type === 'JSON' ||
  logical?.type === 'UUID'

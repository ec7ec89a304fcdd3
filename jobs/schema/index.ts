export { parseSchemaBlock, schemaSpec } from './schemaBlock.ts'

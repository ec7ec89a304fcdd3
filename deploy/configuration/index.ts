export { clientSettings } from './clientSettings.ts'
export { gridSettings } from './gridSettings.ts'
export {
  configurationOf,
  DEFAULT_PASSWORD,
  httpSettings,
  memberSettings,
  readTls,
} from './settings.ts'

export { isRestValue, type RestValue } from './restValue.ts'
export { dataRoutes, type HttpData } from './routes.ts'

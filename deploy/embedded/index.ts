export { connect, type ConnectOptions } from './connect.ts'
export { join, type JoinOptions } from './join.ts'

export { type Discovery, type DiscoveryOptions, startDiscovery } from './discovery.ts'
export { type DiscoveryMethod, discoveryMethod } from './method.ts'
export { expandMembers, matchesPattern, splitHostPort } from './patterns.ts'

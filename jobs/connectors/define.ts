import type { OptionSpecs } from '../options/index.ts'
import type { SinkConnector, SourceConnector } from './contract.ts'

/** Keeps the type of the options while a source is defined. */
export const defineSource = <Specs extends OptionSpecs>(
  connector: SourceConnector<Specs>,
): SourceConnector => connector as unknown as SourceConnector

/** Keeps the type of the options while a sink is defined. */
export const defineSink = <Specs extends OptionSpecs>(
  connector: SinkConnector<Specs>,
): SinkConnector => connector as unknown as SinkConnector

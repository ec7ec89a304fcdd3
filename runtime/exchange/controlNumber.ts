import type { Control } from '../isolate/index.ts'

/** The number that a frame carries for a control message: the id, the time in ms, or 0. */
export const controlNumber = (control: Control): number => {
  switch (control.kind) {
    case 'barrier':
      return control.checkpointId
    case 'watermark':
      return control.timestampMs
    case 'end':
      return 0
    default:
      return control satisfies never
  }
}

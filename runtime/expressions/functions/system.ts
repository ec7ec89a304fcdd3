import { STRING } from '../types.ts'
import type { FunctionSpec } from './spec.ts'

export const SYSTEM_FUNCTIONS: readonly FunctionSpec[] = [
  {
    names: ['UUID'],
    parameters: [],
    type: STRING,
    volatile: 'row',
    make:
      ({ context }) =>
      () =>
        context.random.uuid(),
  },
]

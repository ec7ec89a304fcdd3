import type { Clock } from '../../runtime/host/index.ts'

/**
 * What `work` resolves with, or undefined when that takes longer than `patienceMs`: the work goes on,
 * and is waited for again in a later call. A reader says `idle` meanwhile, so that barriers pass.
 */
export const withPatience = <Result>(
  clock: Clock,
  patienceMs: number,
  work: Promise<Result>,
): Promise<Result | undefined> => {
  const late = new Promise<undefined>((resolve) => {
    const timer = clock.timer(patienceMs, () => resolve(undefined))
    const cancel = (): void => timer.cancel()
    void work.then(cancel, cancel)
  })
  return Promise.race([work, late])
}

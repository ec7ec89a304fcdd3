import { RingReader, RingWriter } from '../../../runtime/exchange/index.ts'

declare const self: Worker

/** Sends back what comes, asleep while nothing can move. */
self.addEventListener('message', (event) => {
  const { data } = event as MessageEvent<{ there: SharedArrayBuffer; back: SharedArrayBuffer }>
  const reader = new RingReader(data.there)
  const writer = new RingWriter(data.back)
  let item: ReturnType<RingReader['poll']> = null
  const work = (): void => {
    for (;;) {
      item ??= reader.poll()
      if (item === null) return
      const taken = 'rowCount' in item ? writer.offerBatch(item) : writer.offerControl(item)
      if (!taken) return
      item = null
    }
  }
  reader.listen(work)
  writer.listen(work)
})

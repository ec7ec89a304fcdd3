/** Where a Chromium is; undefined where there is none. */
export const BROWSER = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  .map((name) => Bun.which(name))
  .find((path) => path !== null)

const PATIENCE_MS = 20_000

export const openBrowser = (): Bun.WebView => {
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
  const view = new Bun.WebView({
    width: 1200,
    height: 900,
    backend: { type: 'chrome', path: BROWSER!, argv: flags },
  })
  return view
}

/** Waits until the page says so; fails with what it shows instead. */
export const untilShown = async (view: Bun.WebView, expression: string): Promise<void> => {
  const deadlineMs = performance.now() + PATIENCE_MS
  while ((await view.evaluate(`Boolean(${expression})`)) !== true) {
    if (performance.now() > deadlineMs) {
      const shown = String(await view.evaluate('document.body?.innerText'))
      throw new Error(`The page never showed ${expression}:\n${shown}`)
    }
    await Bun.sleep(50)
  }
}

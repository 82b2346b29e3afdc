/**
 * The dashboard as it is served: built where it is stale, on a call center of its own behind a real socket, and a browser
 * that looks at it. A run can be held at a batch's end, so that a test watches it for as long as it needs.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import type { Role } from '../../src/core/role.ts'
import type { SignalPoint } from '../../src/engine/ports.ts'
import { buildDashboard } from './built-dashboard.ts'
import { testEngine } from './call-center.ts'
import { coldPlace } from './cold.ts'
import type { TestDatabase } from './database.ts'
import { PRESET, sampleDatabase } from './program.ts'
import { type TestService, testService } from './service.ts'

export type Desk = Readonly<{
  db: TestDatabase
  service: TestService
  /** From now on a run waits after each batch until the returned function is called. */
  holdBatches(): () => void
}>

/** 300 customers, 212 of them eligible. */
export async function openDesk(t: TestContext): Promise<Desk> {
  buildDashboard()
  const db = await sampleDatabase(t, { migrated: true })
  let held: PromiseWithResolvers<void> | null = null
  const signals = {
    reached: async (point: SignalPoint) => {
      if (point === 'batch-committed') await held?.promise
    },
  }
  const engine = testEngine(t, db, [], signals)
  const { vault } = await coldPlace(t)
  const options = { environment: 'Production', requestsPerMinute: 100_000 }
  const withFiles = { ...engine, vault: () => Promise.resolve(vault) }
  const service = await testService(t, { engine: withFiles, policy: PRESET }, { options })
  return {
    db,
    service,
    holdBatches: () => {
      const holding = Promise.withResolvers<void>()
      held = holding
      return () => {
        held = null
        holding.resolve()
      }
    },
  }
}

/** Signs in as a person does. */
export async function signIn(page: Page, { url, keys }: TestService, role: Role): Promise<void> {
  await page.goto(`${url}/dashboard/`)
  await page.getByLabel('API key').fill(keys[role])
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What WCAG 2.2 AA asks for, and what axe holds for good practice. */
export const EVERY_RULE = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
} as const
/** What a scheme can change. */
export const COLOR_RULES = { type: 'rule', values: ['color-contrast'] } as const

/** What axe finds: a line for each place. */
export async function axeFindings(
  page: Page,
  rules: typeof EVERY_RULE | typeof COLOR_RULES,
): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE)
  const found: unknown =
    await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'], preload: false, iframes: false })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`)
  assert.ok(Array.isArray(found))
  return found.map(String)
}

/** How wide the page is beyond its window, in pixels. */
export const overflow = async (page: Page): Promise<number> =>
  Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))

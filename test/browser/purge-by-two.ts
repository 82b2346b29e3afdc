/** On the Compliance page: an export, a legal basis, a purge by two people, and a request to be erased. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { type Desk, signIn } from '../support/dashboard.ts'
import { eventually } from '../support/eventually.ts'

const click = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click()
const see = (page: Page, text: string | RegExp) => page.getByText(text).filter({ visible: true }).first().waitFor()

/** `openOther`: a window of somebody else's. */
export async function purgeByTwo(
  t: TestContext,
  desk: Desk,
  page: Page,
  openOther: () => Promise<Page>,
): Promise<void> {
  const { service } = desk
  await t.test('a purge is planned here, and carried out by somebody else who types its number', async () => {
    await desk.db.query(`update nic_cc_customer_backup set archived_at = archived_at - interval '3 years'
      where id in (select id from nic_cc_customer_backup order by id limit 12)`)
    const before = (await desk.db.query('select from nic_cc_customer_backup')).length
    await page.goto(`${service.url}/dashboard/compliance`)
    await click(page, 'Export …')
    await page.getByLabel('Reason').fill('quarter')
    await click(page, /^Export \d+ customers$/)
    await see(page, /^Run \d+ exports$/)
    await eventually('it is exported', async () => {
      const { json } = await service.call('GET /api/v1/policies/nic-call-center/retention')
      return Number(json?.['due']) > 0
    })
    await page.reload()
    await click(page, 'Record a legal basis …')
    await page.getByLabel('Reason').fill('FAIS Act s18')
    await page.getByRole('button', { name: 'Record', exact: true }).click()
    await click(page, 'Plan a purge …')
    await page.getByLabel('Reason').fill('retention is over')
    await click(page, /^List \d+ customers$/)
    await see(page, 'You planned it: somebody else carries it out.')
    await page.getByLabel('Key of the customer').fill('1')
    await page.getByLabel('Case number').fill('DSR-7')
    await page.getByLabel('How he asked').fill('by mail')
    await click(page, 'Record a request')
    await see(page, /^Case DSR-7 is due/)

    const other = await openOther()
    await signIn(other, service, 'compliance')
    await see(other, /customers may be purged now/)
    await other.getByRole('link', { name: 'Compliance', exact: true }).click()
    await click(other, 'Carry out …')
    const number = (await other.getByText(/^Type \d+ to confirm$/).textContent())?.replaceAll(/\D/g, '') ?? ''
    await other.getByLabel('to confirm').fill(String(Number(number) - 1))
    assert.equal(await other.getByRole('button', { name: 'Destroy them in the archive' }).isDisabled(), true)
    await other.getByLabel('to confirm').fill(number)
    await click(other, 'Destroy them in the archive')
    await eventually('it is carried out', async () => {
      const { json } = await service.call('GET /api/v1/policies/nic-call-center/purges/1')
      return json?.['state'] === 'done'
    })
    await click(other, 'Certificate …')
    await see(other, /^\d+ customers$/)
    assert.equal((await desk.db.query('select from nic_cc_customer_backup')).length, before - 12)
    await other.close()
  })
}

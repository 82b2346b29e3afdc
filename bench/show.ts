/** How long a caller waits for `show`, whatever he says: key, phone in several formats, policy number, e-mail. */
import { find } from '../src/engine/find/find.ts'
import { type Template, withClient } from './arena.ts'
import { indexFor, withEngine } from './engine-side.ts'
import { archivedTemplate, familyPolicy } from './family-data.ts'
import { quantile } from './interleave.ts'
import { atMost, type Report, single } from './report.ts'
import type { Scenario, Stage } from './scenario.ts'

const BAR_MS = 50

export const show: Scenario = {
  name: 'show',
  about: 'customers found over active and archive, with the search indexes',
  run,
}

const indexedTemplate = (customers: number): Template => ({
  name: `indexed_${customers}`,
  base: archivedTemplate(customers),
  build: (url) => indexFor(url, familyPolicy()),
})

async function run({ arena, options }: Stage): Promise<Report> {
  const sizes = options.quick ? [2000] : options.full ? [140_000, 1_400_000] : [140_000]
  const lines = []
  const facts: Record<string, unknown> = {}
  for (const customers of sizes) {
    const { archived, times } = await arena.fresh(indexedTemplate(customers), (url) => searches(url, options.quick))
    const sorted = [...times].sort((a, b) => a - b)
    const of = `of ${times.length} searches, ${archived.toLocaleString('en')} archived`
    lines.push(
      { measure: `median ${of}`, spread: single(quantile(sorted, 0.5)), unit: 'ms', bar: null } as const,
      { measure: `p95 ${of}`, spread: single(quantile(sorted, 0.95)), unit: 'ms', bar: atMost(BAR_MS) } as const,
    )
    facts[String(customers)] = times
  }
  return { lines, facts }
}

type Searched = Readonly<{ archived: number; times: readonly number[] }>

async function searches(url: string, quick: boolean): Promise<Searched> {
  const { archived, texts } = await withClient(url, async (client) => {
    const { rows } = await client.query<Person>(PEOPLE, [quick ? 10 : 100])
    const { rowCount } = await client.query('select from public.nic_cc_customer_backup')
    return { archived: rowCount ?? 0, texts: rows.flatMap(textsOf) }
  })
  const policy = familyPolicy()
  return withEngine(url, async (engine) => {
    const times: number[] = []
    for (const text of texts) {
      const startedAt = performance.now()
      const found = await find(engine, policy, text)
      times.push(performance.now() - startedAt)
      if (found.length === 0) throw new Error('show did not find a customer who is there')
    }
    return { archived, times }
  })
}

type Person = Readonly<{ id: string; email: string | null; mobile: string | null; policy_number: string }>

/** From both tiers, spread over all of them. */
const PEOPLE = `
  (select id::text, email, mobile, policy_number from public.nic_cc_customer_backup order by md5(id::text) limit $1)
  union all
  (select id::text, email, mobile, policy_number from public.nic_cc_customer order by md5(id::text) limit $1 / 4)`

const textsOf = ({ id, email, mobile, policy_number }: Person): readonly string[] => [
  id,
  policy_number.toLowerCase(),
  ...(email === null || email === '' ? [] : [email.toUpperCase()]),
  ...(mobile === null ? [] : [mobile, mobile.replace(/\D/g, '').replace(/^(27|0)/, '+27 ')]),
]

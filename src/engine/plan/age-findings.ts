/** What the values of the age column say: some are no age, and a column in another unit than declared is refused. */
import type { Finding, Findings } from '../../core/finding.ts'
import { tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'

export type AgeCounts = Readonly<{ missing: string; infinite: string; future: string; newest: string | null }>

/** Before it no table of today has its newest row: seconds read as milliseconds end in January 1970. */
const EARLIEST_NEWEST = '1990-01-01'

export function ageFindings(policy: Policy, counts: AgeCounts): Findings {
  const object = `${tableText(policy.subject)}.${policy.age.column}`
  const refusals = isWrongUnit(policy, counts) ? [wrongUnit(policy, object, counts)] : []
  const warnings = (['missing', 'infinite', 'future'] as const)
    .filter((kind) => Number(counts[kind]) > 0)
    .map((kind) => implausible(object, kind, Number(counts[kind])))
  return { refusals, warnings }
}

function isWrongUnit({ age }: Policy, { newest, future }: AgeCounts): boolean {
  if (age.unit === null || newest === null) return false
  const allFuture = newest === 'infinity' || /^\d{5,}-/.test(newest)
  return newest.endsWith('BC') || newest < EARLIEST_NEWEST || (Number(future) > 0 && allFuture)
}

const wrongUnit = ({ age }: Policy, object: string, { newest }: AgeCounts): Finding => ({
  code: 'age_unit_implausible',
  object,
  message: `read as ${age.unit}, the newest value of ${object} is ${newest ?? ''}`,
  hint: `Set age.unit to ${age.unit === 'epoch_ms' ? 'epoch_s' : 'epoch_ms'}, or correct the data.`,
})

const implausible = (object: string, kind: 'missing' | 'infinite' | 'future', count: number): Finding => ({
  code: `age_${kind}`,
  object,
  message: `${count} rows have ${{ missing: 'no', infinite: 'an infinite', future: 'a future' }[kind]} ${object}: they ${kind === 'future' ? 'do not move before it has come' : 'never move'}`,
  hint: `Correct the rows, if they should move ${kind === 'future' ? 'sooner' : 'one day'}.`,
})

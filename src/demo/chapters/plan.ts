/** Before the first move: what is missing is made, everything is counted, and the open decision is put in figures. */
import { registerMigrate } from '../../cli/commands/migrate.ts'
import { registerPlan } from '../../cli/commands/plan.ts'
import { count } from '../../cli/format.ts'
import type { Plan } from '../../core/plan.ts'
import type { Policy, RelatedAction } from '../../core/policy.ts'
import { isProblems, parsePolicy } from '../../core/policy-schema.ts'
import { nicCallCenter } from '../../presets/nic-call-center.ts'
import { type ToldPlan, toldPlan } from '../told.ts'
import type { Tour } from '../tour.ts'
import { typeCommand } from '../typed-command.ts'

export async function migrate(tour: Tour): Promise<void> {
  tour.tell.step('Make journal, archive tables, log and indexes; what exists stays as it is')
  await typeCommand(tour, registerMigrate, ['migrate', '--indexes', '--yes'])
}

export async function makePlan(tour: Tour): Promise<ToldPlan> {
  tour.tell.step('Count everything first; a plan writes nothing')
  return toldPlan.parse(await typeCommand(tour, registerPlan, ['plan']))
}

const CRITERIA = ['basic', 'enhanced'] as const

const OPTIONS: readonly Readonly<{ name: string; related: RelatedAction; words: string }>[] = [
  { name: 'A', related: 'archive', words: 'go along' },
  { name: 'B', related: 'keep', words: 'stay behind' },
  { name: 'C', related: 'block', words: 'keep their customer' },
]

/** Plans only read, so all six are made. */
export async function compareOptions({ archiver, tell }: Tour): Promise<void> {
  tell.step('Three options for related rows, two sets of criteria: how many would move')
  const startedAt = performance.now()
  const rows: string[][] = []
  const refusals: string[] = []
  for (const { name, related, words } of OPTIONS) {
    tell.busy(`planning option ${name}`)
    const plans = await Promise.all(CRITERIA.map((criteria) => archiver.plan(policyOf(criteria, related))))
    rows.push([name, `related: ${related}`, words, ...plans.map(cell)])
    refusals.push(...plans.flatMap((plan) => plan.refusals.map(({ code }) => code)))
  }
  tell.table(OPTION_COLUMNS, rows)
  if (refusals.includes('keep_under_foreign_key'))
    tell.say('B is refused: rows that stay behind would break their foreign key.')
  tell.say('The demo goes on with A, enhanced.', performance.now() - startedAt)
}

const OPTION_COLUMNS = [
  { name: 'option' },
  { name: 'in the policy' },
  { name: 'related rows' },
  ...CRITERIA.map((name) => ({ name, align: 'right' as const })),
]

const cell = ({ eligible, refusals }: Plan): string => (refusals.length > 0 ? 'refused' : count(eligible))

function policyOf(criteria: (typeof CRITERIA)[number], related: RelatedAction): Policy {
  const policy = parsePolicy(nicCallCenter({ criteria, related }), 'policies[0]')
  if (isProblems(policy)) throw new RangeError('the preset is sound under each of its options')
  return policy
}
